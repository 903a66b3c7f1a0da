using System.Collections.Immutable;
using System.Text.Json.Nodes;

namespace WorkloadIdentity.Testing;

/// <summary>
/// The keys of one issuer: the newest signs, those it still publishes verify. Safe for concurrent use, also while they roll.
/// </summary>
/// <param name="hasCertificates">Whether the keys are published with certificates, as Entra's are.</param>
internal sealed class SigningKeys(bool hasCertificates) : IDisposable
{
    private readonly Lock _gate = new();
    private ImmutableList<SigningKey> _published = [new(hasCertificates)];
    private ImmutableList<SigningKey> _withdrawn = [];

    public string CurrentKeyId => _published[^1].KeyId;

    public string Sign(JsonObject claims) => _published[^1].Sign(claims);

    public bool HasSigned(SignedJwt jwt) => _published.Exists(key => key.HasSigned(jwt));

    /// <summary>From now on a new key signs.</summary>
    /// <param name="withdrawOld">Whether the older ones leave the published set at once: what they signed verifies no longer.</param>
    public void Roll(bool withdrawOld)
    {
        var key = new SigningKey(hasCertificates);
        lock (_gate)
        {
            if (withdrawOld)
            {
                // Not disposed yet: a request under way may be signing with one of them.
                _withdrawn = _withdrawn.AddRange(_published);
                _published = [key];
            }
            else
            {
                _published = _published.Add(key);
            }
        }
    }

    /// <summary>A JWKS with the public halves (RFC 7517 section 5).</summary>
    public JsonObject ToKeySet() => new() { ["keys"] = new JsonArray([.. _published.Select(key => (JsonNode)key.ToPublicKey())]) };

    public void Dispose()
    {
        foreach (var key in _published.AddRange(_withdrawn))
        {
            key.Dispose();
        }
    }
}
