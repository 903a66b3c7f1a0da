using System.Text.RegularExpressions;

namespace WorkloadIdentity.KeyVault;

/// <summary>
/// A vault's address and the scope of its tokens. Both are known before anything is sent. The challenge of a vault names an authority and a
/// resource, but another server in its place could name others, so they are not used.
/// </summary>
internal sealed partial class VaultAddress
{
    // One entry per cloud: https://learn.microsoft.com/azure/key-vault/general/about-keys-secrets-certificates#vault-name-and-object-name
    private static readonly IReadOnlyList<string> VaultDomains =
        ["vault.azure.net", "vault.azure.cn", "vault.usgovcloudapi.net"];
    private static readonly IReadOnlyList<string> HsmDomains =
        ["managedhsm.azure.net", "managedhsm.azure.cn", "managedhsm.usgovcloudapi.net"];

    private VaultAddress(Uri uri, string scope)
    {
        Uri = uri;
        Scope = scope;
        Name = uri.IsDefaultPort ? uri.IdnHost : uri.Authority;
        IsLoopback = IsLoopbackAddress(uri);
    }

    /// <summary>Scheme, host and port.</summary>
    public Uri Uri { get; }

    /// <summary>The scope of its tokens.</summary>
    public string Scope { get; }

    /// <summary>The host, and the port unless it is the default one: for messages.</summary>
    public string Name { get; }

    /// <summary>Whether the vault is on this machine. It is then not reached through a proxy.</summary>
    public bool IsLoopback { get; }

    /// <summary>The scope without <c>/.default</c>, as a challenge names it.</summary>
    public string Resource => Scope.EndsWith("/.default", StringComparison.Ordinal) ? Scope[..^"/.default".Length] : Scope;

    /// <exception cref="ArgumentException">Tokens must not be sent to this address. The message says what to do.</exception>
    public static VaultAddress Require(Uri address, VaultOptions options, string parameter)
    {
        ArgumentNullException.ThrowIfNull(address, parameter);
        if (!address.IsAbsoluteUri || address.Scheme is not ("https" or "http")
            || address.AbsoluteUri != $"{address.GetComponents(UriComponents.SchemeAndServer, UriFormat.UriEscaped)}/")
        {
            throw new ArgumentException(
                "The address of the key vault is not a scheme and a host alone, such as https://orders.vault.azure.net. Leave out user "
                    + "name, path, query and fragment.",
                parameter);
        }

        var uri = address;
        if (uri.IsDefaultPort && uri.Scheme == Uri.UriSchemeHttps
            && VaultDomains.FirstOrDefault(domain => IsBelow(uri, domain)) is { } known)
        {
            return options.Scope is null
                ? new VaultAddress(uri, $"https://{known}/.default")
                : throw new ArgumentException(
                    $"{nameof(VaultOptions)}.{nameof(VaultOptions.Scope)} is set, but '{uri.IdnHost}' has its own scope. Remove the "
                        + "option.",
                    parameter);
        }

        if (HsmDomains.Any(domain => IsBelow(uri, domain)))
        {
            throw new ArgumentException(
                $"'{uri.IdnHost}' is a managed HSM. It holds keys, but no certificates or secrets. Use a vault, or sign with the HSM's key "
                    + "in a callback: ClientCertificateAuthentication.FromSigner.",
                parameter);
        }

        if (!options.AllowUnknownHost)
        {
            throw new ArgumentException(
                $"'{uri.Authority}' is not a host of Key Vault ({string.Join(
                    ", ",
                    VaultDomains.Select(domain => $"*.{domain}"))}). To send tokens to it anyway, set "
                        + $"{nameof(VaultOptions)}.{nameof(VaultOptions.AllowUnknownHost)} = true and "
                        + $"{nameof(VaultOptions.Scope)} in code.", parameter);
        }

        if (uri.Scheme != Uri.UriSchemeHttps && !IsLoopbackAddress(uri))
        {
            throw new ArgumentException(
                $"The address of the key vault '{uri.Authority}' is not https. Plain http is allowed only to a literal loopback "
                    + "address, such as http://127.0.0.1:5000.",
                parameter);
        }

        return new VaultAddress(uri, options.Scope ?? throw new ArgumentException(
            $"The scope of tokens for '{uri.Authority}' is not known. Set {nameof(VaultOptions)}.{nameof(VaultOptions.Scope)}, for "
                + "example to https://vault.azure.net/.default.", parameter));
    }

    /// <summary>Checks the name of a certificate, key or secret.</summary>
    /// <exception cref="ArgumentException">It cannot be a name in a vault.</exception>
    public static string RequireName(string name, string what, string parameter)
    {
        ArgumentNullException.ThrowIfNull(name, parameter);
        return IsName().IsMatch(name)
            ? name
            : throw new ArgumentException(
                $"The name of a {what} in a key vault is 1 to 127 letters, digits and hyphens, such as orders-api. Leave out the vault's "
                    + "address and the version.",
                parameter);
    }

    /// <summary>The address of an item of this vault, made of checked parts.</summary>
    public Uri Of(string path, string query = "") => new($"{Uri.GetLeftPart(UriPartial.Authority)}/{path}?{query}");

    /// <summary>
    /// The version in an identifier such as <c>https://orders.vault.azure.net/keys/orders-api/0123…</c>; null unless it identifies a
    /// version of <paramref name="name"/> in this vault. The identifier itself is never used as an address.
    /// </summary>
    /// <param name="identifier">The identifier as the vault wrote it.</param>
    /// <param name="collection"><c>certificates</c>, <c>keys</c> or <c>secrets</c>.</param>
    /// <param name="name">The name of the requested item.</param>
    public string? VersionIn(string? identifier, string collection, string name) =>
        identifier is { Length: < 1024 }
        && Uri.TryCreate(identifier, UriKind.Absolute, out var id)
        && id.Scheme == Uri.Scheme && id.IdnHost.Equals(Uri.IdnHost, StringComparison.OrdinalIgnoreCase) && id.Port == Uri.Port
        && id.UserInfo.Length == 0 && id.Query.Length == 0 && id.Fragment.Length == 0
        && id.AbsolutePath.Split('/') is ["", var first, var second, var version]
        && first == collection && second.Equals(name, StringComparison.OrdinalIgnoreCase) && IsVersion().IsMatch(version)
            ? version
            : null;

    /// <summary>The query of an address that continues a list; null unless it continues this list of this vault.</summary>
    public string? QueryOfNext(string next, string path) =>
        next.Length < 4096 && Uri.TryCreate(next, UriKind.Absolute, out var link)
        && link.Scheme == Uri.Scheme && link.IdnHost.Equals(Uri.IdnHost, StringComparison.OrdinalIgnoreCase) && link.Port == Uri.Port
        && link.UserInfo.Length == 0
        && link.AbsolutePath.Trim('/').Equals(path, StringComparison.OrdinalIgnoreCase)
            ? link.Query.TrimStart('?')
            : null;

    // A name such as localhost is whatever resolves it says.
    private static bool IsLoopbackAddress(Uri uri) => uri.IsLoopback && uri.HostNameType != UriHostNameType.Dns;

    private static bool IsBelow(Uri uri, string domain) => uri.IdnHost.EndsWith($".{domain}", StringComparison.OrdinalIgnoreCase);

    [GeneratedRegex(@"\A[0-9A-Za-z-]{1,127}\z", RegexOptions.CultureInvariant)]
    private static partial Regex IsName();

    [GeneratedRegex(@"\A[0-9A-Za-z]{1,64}\z", RegexOptions.CultureInvariant)]
    private static partial Regex IsVersion();
}
