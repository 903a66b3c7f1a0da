namespace WorkloadIdentity;

/// <summary>
/// The clouds Entra runs in, each by the host that issues its tokens. A tenant lives in one of them. See
/// <see href="https://learn.microsoft.com/entra/identity-platform/authentication-national-cloud">national clouds</see>.
/// </summary>
public static class EntraCloud
{
    private const string PublicAudience = ExchangeAudience.OfPublicCloud;
    private const string UsGovernmentAudience = "api://AzureADTokenExchangeUSGov";
    private const string ChinaAudience = "api://AzureADTokenExchangeChina";
    private const string FranceAudience = "api://AzureADTokenExchangeFrance";
    private const string GermanyAudience = "api://AzureADTokenExchangeGermany";
    private const string SingaporeAudience = "api://AzureADTokenExchangeGovSG";

    /// <summary>The audiences of federated credentials in all clouds, the public cloud's first.</summary>
    public static IReadOnlyList<string> TokenExchangeAudiences { get; } =
        [PublicAudience, UsGovernmentAudience, ChinaAudience, FranceAudience, GermanyAudience, SingaporeAudience];

    /// <summary>The public cloud.</summary>
    public static Uri Public { get; } = new("https://login.microsoftonline.com/");

    /// <summary>US Government (GCC High and DoD).</summary>
    public static Uri UsGovernment { get; } = new("https://login.microsoftonline.us/");

    /// <summary>China, operated by 21Vianet.</summary>
    public static Uri China { get; } = new("https://login.partner.microsoftonline.cn/");

    /// <summary>The sovereign cloud of France (Bleu).</summary>
    public static Uri France { get; } = new("https://login.sovcloud-identity.fr/");

    /// <summary>The sovereign cloud of Germany (Delos). The older <c>login.microsoftonline.de</c> closed in 2021.</summary>
    public static Uri Germany { get; } = new("https://login.sovcloud-identity.de/");

    /// <summary>The government cloud of Singapore.</summary>
    public static Uri Singapore { get; } = new("https://login.sovcloud-identity.sg/");

    /// <summary>
    /// Whether an address is at a host of one of these clouds: https on the default port, without user information. Use it to check an
    /// authority that a server names in a challenge.
    /// </summary>
    /// <param name="authority">The address. Its path does not matter.</param>
    public static bool IsKnown(Uri authority)
    {
        ArgumentNullException.ThrowIfNull(authority);
        return authority is { IsAbsoluteUri: true, IsDefaultPort: true, UserInfo: "" } && authority.Scheme == Uri.UriSchemeHttps
            && IsKnown(authority.IdnHost);
    }

    /// <summary>
    /// The audience of tokens that are exchanged at an authority: the one that a federated credential of its tenants names. Null for a host
    /// that is not Entra's.
    /// </summary>
    /// <param name="authority">The address, such as <see cref="Public"/>. Its path does not matter.</param>
    public static string? TokenExchangeAudience(Uri authority)
    {
        ArgumentNullException.ThrowIfNull(authority);
        return IsKnown(authority) ? TokenExchangeAudience(authority.IdnHost) : null;
    }

    /// <summary>Whether secrets may be sent to this host without an option of the application.</summary>
    internal static bool IsKnown(string host) => TokenExchangeAudience(host) is not null;

    /// <summary>
    /// The audience of an assertion for a federated credential of this cloud. Null for a host that is not Entra's: then the application
    /// must state the audience, because an assertion for one cloud must not be sent to another.
    /// </summary>
    internal static string? TokenExchangeAudience(string host) =>
        Find(host).Audience;

    /// <summary>The host of the same cloud that takes a certificate in TLS; null if none is known.</summary>
    internal static string? MutualTlsHost(string host) => Find(host).MutualTls;

    /// <summary>
    /// The audience of the federated credentials of a host's cloud, and the cloud's host for requests with a certificate in TLS, which is
    /// null where MSAL refuses the host or knows none.
    /// </summary>
    private static (string? Audience, string? MutualTls) Find(string host) => host.ToLowerInvariant() switch
    {
        "login.microsoftonline.com" or "login.windows.net" or "login.microsoft.com" or "sts.windows.net" =>
            (PublicAudience, "mtlsauth.microsoft.com"),
        "login.microsoftonline.us" => (UsGovernmentAudience, "mtlsauth.microsoftonline.us"),
        "login.usgovcloudapi.net" or "login-us.microsoftonline.com" => (UsGovernmentAudience, null),
        "login.partner.microsoftonline.cn" => (ChinaAudience, "mtlsauth.partner.microsoftonline.cn"),
        "login.chinacloudapi.cn" => (ChinaAudience, null),
        "login.sovcloud-identity.fr" => (FranceAudience, "mtlsauth.sovcloud-identity.fr"),
        "login.sovcloud-identity.de" => (GermanyAudience, "mtlsauth.sovcloud-identity.de"),
        "login.sovcloud-identity.sg" => (SingaporeAudience, "mtlsauth.sovcloud-identity.sg"),
        _ => (null, null),
    };
}
