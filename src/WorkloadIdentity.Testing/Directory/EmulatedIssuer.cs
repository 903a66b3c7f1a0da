using System.Text.Json.Nodes;

namespace WorkloadIdentity.Testing;

/// <summary>
/// An identity provider outside Entra (a CI system, a Kubernetes cluster, another cloud) whose assertions the emulator verifies.
/// It has RSA keys of its own, at start and when they roll. Safe for concurrent use.
/// </summary>
public sealed class EmulatedIssuer
{
    /// <summary>The audience Entra's public cloud expects of federated assertions.</summary>
    public const string ExchangeAudience = "api://AzureADTokenExchange";

    private readonly TimeProvider _clock;

    private readonly IssuerProfile _profile;

    internal EmulatedIssuer(string url, EmulatedIssuerKind kind, Uri metadata, SigningKeys keys, TimeProvider clock)
    {
        Url = url;
        Kind = kind;
        _profile = IssuerProfile.Of(kind);
        MetadataUrl = metadata;
        Keys = keys;
        _clock = clock;
    }

    /// <summary>The <c>iss</c> of its assertions, exactly as given.</summary>
    public string Url { get; }

    /// <summary>Where this emulator serves its discovery document.</summary>
    public Uri MetadataUrl { get; }

    /// <summary>Whose assertions its own resemble.</summary>
    public EmulatedIssuerKind Kind { get; }

    /// <summary>
    /// Whether Entra can read its discovery document and keys. While off, its assertions are refused with AADSTS90061. On at start.
    /// </summary>
    public bool IsReachable { get; set; } = true;

    internal SigningKeys Keys { get; }

    internal IEnumerable<string> ClaimNames => _profile.ClaimNames;

    /// <summary>Lets a new key sign from now on.</summary>
    /// <param name="withdrawOld">Whether the older keys leave its published set at once: assertions they signed are then refused.</param>
    public void RollKey(bool withdrawOld = false) => Keys.Roll(withdrawOld);

    /// <summary>Issues a signed assertion.</summary>
    /// <param name="subject">The <c>sub</c>, such as <c>repo:contoso/orders:ref:refs/heads/main</c>.</param>
    /// <param name="audience">The <c>aud</c>.</param>
    /// <param name="lifetime">How long it lives; ten minutes when null. A negative one makes an assertion that has already expired.</param>
    /// <param name="claims">Claims beside the registered ones, such as <c>ref</c>; none when null.</param>
    /// <exception cref="ArgumentException">
    /// <paramref name="claims"/> names a claim that is set here, or no issuer of this <see cref="Kind"/> writes such a
    /// <paramref name="subject"/>.
    /// </exception>
    public string Issue(
        string subject, string audience = ExchangeAudience, TimeSpan? lifetime = null, IReadOnlyDictionary<string, string>? claims = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(subject);
        ArgumentException.ThrowIfNullOrEmpty(audience);
        var now = _clock.GetUtcNow();
        var expiresOn = now + (lifetime ?? TimeSpan.FromMinutes(10));
        var notBefore = expiresOn < now ? expiresOn - TimeSpan.FromMinutes(10) : now;
        var content = new JsonObject
        {
            ["iss"] = Url,
            ["sub"] = subject,
            ["aud"] = _profile.HasAudienceArray ? new JsonArray(audience) : audience,
            ["jti"] = Guid.NewGuid().ToString(),
            ["iat"] = notBefore.ToUnixTimeSeconds(),
            ["nbf"] = notBefore.ToUnixTimeSeconds(),
            ["exp"] = expiresOn.ToUnixTimeSeconds(),
        };
        foreach (var (name, value) in _profile.ClaimsFor(subject))
        {
            content[name] = value?.DeepClone();
        }

        foreach (var (name, value) in claims ?? new Dictionary<string, string>())
        {
            if (!content.TryAdd(name, value))
            {
                throw new ArgumentException($"The claim '{name}' is set by the issuer itself.", nameof(claims));
            }
        }

        return Keys.Sign(content);
    }

    /// <summary>The issuer's URL.</summary>
    public override string ToString() => Url;
}
