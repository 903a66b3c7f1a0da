namespace WorkloadIdentity;

/// <summary>
/// Azure Key Vault asks for the certificate of a bound token later than other APIs: it completes the handshake, reads the request, and asks
/// then, if a header says that the token is bound. HTTP/2 cannot do that. (As the Azure SDKs and MSAL do it, November 2026.)
/// </summary>
internal static class KeyVaultHost
{
    public const string Header = "x-ms-tokenboundauth";

    private static readonly IReadOnlyList<string> Suffixes =
    [
        ".vault.azure.net", ".vault.azure.cn", ".vault.usgovcloudapi.net",
        ".managedhsm.azure.net", ".managedhsm.azure.cn", ".managedhsm.usgovcloudapi.net",
    ];

    public static bool Is(string host) => Suffixes.Any(suffix => host.EndsWith(suffix, StringComparison.OrdinalIgnoreCase));
}
