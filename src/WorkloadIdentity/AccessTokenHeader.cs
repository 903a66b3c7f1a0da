using System.Net.Http.Headers;

namespace WorkloadIdentity;

/// <summary>The Authorization header that presents a token. Its text is built once.</summary>
/// <remarks>A plain <see cref="AuthenticationHeaderValue"/> formats itself anew at every send: about 3 kB each on a real socket.</remarks>
internal sealed class AccessTokenHeader(string tokenType, string value) : AuthenticationHeaderValue(tokenType, value)
{
    private readonly string _text = $"{tokenType} {value}";

    public override string ToString() => _text;
}
