using System.Net.Http.Headers;

namespace WorkloadIdentity;

/// <summary>The Authorization header that presents a token. Its text is built once and the token stays with it.</summary>
/// <remarks>A plain <see cref="AuthenticationHeaderValue"/> formats itself anew at every send: about 3 kB each on a real socket.</remarks>
internal sealed class AccessTokenHeader(AccessToken token) : AuthenticationHeaderValue(token.TokenType, token.Value)
{
    private readonly string _text = $"{token.TokenType} {token.Value}";

    public AccessToken Token { get; } = token;

    public override string ToString() => _text;
}
