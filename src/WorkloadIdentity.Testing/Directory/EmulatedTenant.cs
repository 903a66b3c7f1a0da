namespace WorkloadIdentity.Testing;

/// <summary>A tenant of the emulator. Add more with <see cref="EntraEmulator.AddTenant"/>.</summary>
public sealed class EmulatedTenant
{
    internal EmulatedTenant(string id, IReadOnlyList<string> domains, Uri authorityHost)
    {
        Id = id;
        Domains = domains;
        TokenEndpoint = new Uri($"{authorityHost.AbsoluteUri}{id}/oauth2/v2.0/token");
        Issuer = new Uri($"{authorityHost.AbsoluteUri}{id}/v2.0");
    }

    /// <summary>The tenant's id, a GUID.</summary>
    public string Id { get; }

    /// <summary>The domain names under which it is reached as well.</summary>
    public IReadOnlyList<string> Domains { get; }

    /// <summary>Where tokens are asked for: also the audience of a client assertion.</summary>
    public Uri TokenEndpoint { get; }

    /// <summary>
    /// The <c>iss</c> of the tenant's tokens: an address of this emulator, never of Entra. Its discovery document lies below it.
    /// </summary>
    public Uri Issuer { get; }

    /// <summary>The tenant's id.</summary>
    public override string ToString() => Id;

    internal static bool IsDomain(string name) =>
        Uri.CheckHostName(name) == UriHostNameType.Dns && name.Contains('.', StringComparison.Ordinal);

    internal bool IsNamed(string name) =>
        Id.Equals(name, StringComparison.OrdinalIgnoreCase) || Domains.Contains(name, StringComparer.OrdinalIgnoreCase);
}
