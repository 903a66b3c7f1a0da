using System.Text.RegularExpressions;

namespace WorkloadIdentity.Google;

/// <summary>The two hosts of Google that get tokens during an exchange. Nothing that a server says adds another one.</summary>
internal sealed partial class GoogleHosts
{
    private readonly string _tokens;
    private readonly string _impersonation;

    /// <exception cref="ArgumentException"><paramref name="universeDomain"/> is not a domain name.</exception>
    public GoogleHosts(string universeDomain)
    {
        if (universeDomain is null || !DomainName().IsMatch(universeDomain))
        {
            throw new ArgumentException(
                $"{nameof(GoogleExchangeOptions)}.{nameof(GoogleExchangeOptions.UniverseDomain)} is not a domain name in lower case, such "
                    + "as googleapis.com.");
        }

        UniverseDomain = universeDomain;
        _tokens = $"sts.{universeDomain}";
        _impersonation = $"iamcredentials.{universeDomain}";
    }

    public string UniverseDomain { get; }

    public string TokenAddress => $"https://{_tokens}/v1/token";

    public string ImpersonationAddress(string serviceAccount) =>
        $"https://{_impersonation}/v1/projects/-/serviceAccounts/{serviceAccount}:generateAccessToken";

    /// <summary>Whether a token may be sent to an address.</summary>
    public bool Allow(Uri? address) =>
        address is { Scheme: "https", IsDefaultPort: true, UserInfo: "" }
            && (address.IdnHost == _tokens || address.IdnHost == _impersonation);

    /// <summary>Whether an address is that of the Security Token Service.</summary>
    public bool IsTokenService(Uri address) => address.IdnHost == _tokens;

    [GeneratedRegex(@"\A([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}\z", RegexOptions.ExplicitCapture)]
    private static partial Regex DomainName();
}
