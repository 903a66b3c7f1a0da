using System.Security.Cryptography;
using System.Text;

namespace WorkloadIdentity;

/// <summary>The key of a user's slot: the request without its assertion, and the assertion's SHA-256.</summary>
internal sealed record OnBehalfOfKey(TokenRequest Request, string AssertionHash)
{
    public static OnBehalfOfKey Of(TokenRequest request) =>
        new(request.WithoutUserAssertion(), Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(request.UserAssertion!))));
}
