using System.Text.RegularExpressions;

namespace WorkloadIdentity.KeyVault;

/// <summary>
/// Where a vault is, and what its tokens are for. Both are settled before anything is sent: a vault's own challenge names an authority and
/// a resource, and whoever answered in its place could name others.
/// </summary>
internal sealed partial class VaultAddress
{
    // One entry a cloud: https://learn.microsoft.com/azure/key-vault/general/about-keys-secrets-certificates#vault-name-and-object-name
    private static readonly IReadOnlyList<string> VaultDomains =
        ["vault.azure.net", "vault.azure.cn", "vault.usgovcloudapi.net"];
    private static readonly IReadOnlyList<string> HsmDomains =
        ["managedhsm.azure.net", "managedhsm.azure.cn", "managedhsm.usgovcloudapi.net"];

    private VaultAddress(Uri uri, string scope)
    {
        Uri = uri;
        Scope = scope;
        Name = uri.IsDefaultPort ? uri.IdnHost : uri.Authority;
        IsLoopback = LiteralAddress.IsLoopback(uri);
    }

    /// <summary>Scheme, host and port.</summary>
    public Uri Uri { get; }

    /// <summary>What its tokens are for.</summary>
    public string Scope { get; }

    /// <summary>Host, and port where it is not the scheme's own: for messages.</summary>
    public string Name { get; }

    /// <summary>On this machine: never reached through a proxy.</summary>
    public bool IsLoopback { get; }

    /// <summary>The scope without its <c>/.default</c>, as a challenge names it.</summary>
    public string Resource => Scope.EndsWith("/.default", StringComparison.Ordinal) ? Scope[..^"/.default".Length] : Scope;

    /// <exception cref="ArgumentException">Tokens must not go there; the message says what to do.</exception>
    public static VaultAddress Require(Uri address, VaultOptions options, string parameter)
    {
        ArgumentNullException.ThrowIfNull(address, parameter);
        if (Problem(address) is { } problem)
        {
            throw new ArgumentException(
                $"The address of the key vault {problem} Expected something like https://orders.vault.azure.net", parameter);
        }

        var uri = new Uri(address.GetLeftPart(UriPartial.Authority));
        if (uri.IsDefaultPort && uri.Scheme == Uri.UriSchemeHttps
            && VaultDomains.FirstOrDefault(domain => IsBelow(uri, domain)) is { } known)
        {
            return options.Scope is null
                ? new VaultAddress(uri, $"https://{known}/.default")
                : throw new ArgumentException(
                    $"{nameof(VaultOptions)}.{nameof(VaultOptions.Scope)} is set, and '{uri.IdnHost}' has a scope of its own. Leave it "
                        + $"out.",
                    parameter);
        }

        if (HsmDomains.Any(domain => IsBelow(uri, domain)))
        {
            throw new ArgumentException(
                $"'{uri.IdnHost}' is a managed HSM, which holds keys and neither certificates nor secrets. Give a vault, or sign with the "
                    + "HSM's key in a callback: ClientCertificateAuthentication.FromSigner.",
                parameter);
        }

        if (!options.AllowUnknownHost)
        {
            throw new ArgumentException(
                $"'{uri.Authority}' is not a host of Key Vault ({string.Join(
                    ", ",
                    VaultDomains.Select(domain => $"*.{domain}"))}). If tokens shall really go there, set "
                        + $"{nameof(VaultOptions)}.{nameof(VaultOptions.AllowUnknownHost)} = true and "
                        + $"{nameof(VaultOptions.Scope)} in code.", parameter);
        }

        if (uri.Scheme != Uri.UriSchemeHttps && !LiteralAddress.IsLoopback(uri))
        {
            throw new ArgumentException(
                $"The address of the key vault '{uri.Authority}' is not https. Plain http is for a literal loopback address such as "
                    + "http://127.0.0.1:5000.",
                parameter);
        }

        return new VaultAddress(uri, options.Scope ?? throw new ArgumentException(
            $"The host '{uri.Authority}' is not known, so {nameof(VaultOptions)}.{nameof(VaultOptions.Scope)} must say what its tokens "
                + $"are for, such as https://vault.azure.net/.default", parameter));
    }

    /// <summary>The name of a certificate, key or secret.</summary>
    /// <exception cref="ArgumentException">It is none.</exception>
    public static string RequireName(string name, string what, string parameter)
    {
        ArgumentNullException.ThrowIfNull(name, parameter);
        return IsName().IsMatch(name)
            ? name
            : throw new ArgumentException(
                $"The name of a {what} in a key vault is 1 to 127 letters, digits and hyphens, without the vault's address and without a "
                    + "version: orders-api",
                parameter);
    }

    /// <summary>The address of something in this vault, made of checked parts.</summary>
    public Uri Of(string path, string query = "") => new($"{Uri.GetLeftPart(UriPartial.Authority)}/{path}?{query}");

    /// <summary>
    /// The version in an identifier such as <c>https://orders.vault.azure.net/keys/orders-api/0123…</c>; null unless it is one of
    /// <paramref name="name"/>, in this vault. The identifier itself is never used as an address.
    /// </summary>
    /// <param name="identifier">As the vault wrote it.</param>
    /// <param name="collection"><c>certificates</c>, <c>keys</c> or <c>secrets</c>.</param>
    /// <param name="name">Of what was asked for.</param>
    public string? VersionIn(string? identifier, string collection, string name) =>
        identifier is { Length: < 1024 }
        && Uri.TryCreate(identifier, UriKind.Absolute, out var id)
        && id.Scheme == Uri.Scheme && id.IdnHost.Equals(Uri.IdnHost, StringComparison.OrdinalIgnoreCase) && id.Port == Uri.Port
        && id.UserInfo.Length == 0 && id.Query.Length == 0 && id.Fragment.Length == 0
        && id.AbsolutePath.Split('/') is ["", var first, var second, var version]
        && first == collection && second.Equals(name, StringComparison.OrdinalIgnoreCase) && IsVersion().IsMatch(version)
            ? version
            : null;

    /// <summary>The query of an address that continues a list; null unless it is the same list of this vault.</summary>
    public string? QueryOfNext(string next, string path) =>
        next.Length < 4096 && Uri.TryCreate(next, UriKind.Absolute, out var link)
        && link.Scheme == Uri.Scheme && link.IdnHost.Equals(Uri.IdnHost, StringComparison.OrdinalIgnoreCase) && link.Port == Uri.Port
        && link.UserInfo.Length == 0
        && link.AbsolutePath.Trim('/').Equals(path, StringComparison.OrdinalIgnoreCase)
            ? link.Query.TrimStart('?')
            : null;

    private static string? Problem(Uri address) =>
        !address.IsAbsoluteUri || address.Scheme is not ("https" or "http") ? "is not an absolute https URL."
        : address.UserInfo.Length > 0 ? "carries user information before an '@', which hides the host that is really addressed."
        : address.PathAndQuery != "/" || address.Fragment.Length > 0
        ? "is followed by a path, query or fragment. Give scheme and host alone; what is in the vault is named separately."
        : null;

    private static bool IsBelow(Uri uri, string domain) => uri.IdnHost.EndsWith($".{domain}", StringComparison.OrdinalIgnoreCase);

    [GeneratedRegex(@"\A[0-9A-Za-z-]{1,127}\z", RegexOptions.CultureInvariant)]
    private static partial Regex IsName();

    [GeneratedRegex(@"\A[0-9A-Za-z]{1,64}\z", RegexOptions.CultureInvariant)]
    private static partial Regex IsVersion();
}
