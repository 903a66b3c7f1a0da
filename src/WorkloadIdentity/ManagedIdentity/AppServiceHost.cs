using System.Net;

namespace WorkloadIdentity;

/// <summary>
/// App Service and those that speak its protocol: Functions, Container Apps, Logic Apps, Automation.
/// <see href="https://learn.microsoft.com/azure/app-service/overview-managed-identity#rest-endpoint-reference">REST endpoint
/// reference</see>.
/// </summary>
internal sealed class AppServiceHost : ManagedIdentityHost
{
    private readonly string _endpoint;
    private readonly string _secret;
    private readonly string _header;
    private readonly string _version;
    private readonly Func<ManagedIdentityIdKind, string?> _selector;

    private AppServiceHost(
        ManagedIdentityCredentialOptions options, string endpoint, string secret, string header, string version,
        Func<ManagedIdentityIdKind, string?> selector)
        : base("App Service", options)
    {
        _endpoint = endpoint;
        _secret = secret;
        _header = header;
        _version = version;
        _selector = selector;
    }

    /// <summary>The protocol of 2019-08-01.</summary>
    public static AppServiceHost Current(ManagedIdentityCredentialOptions options) =>
        new(options, "IDENTITY_ENDPOINT", "IDENTITY_HEADER", "X-IDENTITY-HEADER", "2019-08-01", kind => kind switch
        {
            ManagedIdentityIdKind.ClientId => "client_id",
            ManagedIdentityIdKind.ObjectId => "principal_id",
            ManagedIdentityIdKind.ResourceId => "mi_res_id",
            _ => null,
        });

    /// <summary>The protocol of 2017-09-01, which knows client ids alone.</summary>
    public static AppServiceHost Of2017(ManagedIdentityCredentialOptions options) =>
        new(
            options,
            "MSI_ENDPOINT",
            "MSI_SECRET",
            "secret",
            "2017-09-01",
            kind => kind == ManagedIdentityIdKind.ClientId ? "clientid" : null);

    // Both variables are read for every attempt: the platform rotates the secret, and moves the endpoint when it moves the program.
    protected override (HttpRequestMessage? Message, TokenError? Error) Write(ManagedIdentityRequest request)
    {
        var (endpoint, endpointProblem) = HostVariable.Address(Options.Environment, _endpoint, IsSandbox);
        var (secret, secretProblem) = HostVariable.Header(Options.Environment, _secret);
        if (endpoint is null || secret is null)
        {
            return (null,
                request.Error(
                    TokenErrorKind.InvalidConfiguration,
                    $"The managed identity of App Service cannot be asked: {endpointProblem ?? secretProblem}",
                    HelpAnchors.ManagedIdentity));
        }

        var (query, error) = request.Query(Name, _selector);
        if (query is null)
        {
            return (null, error);
        }

        var message =
            new HttpRequestMessage(HttpMethod.Get, new Uri($"{endpoint.GetLeftPart(UriPartial.Path)}?api-version={_version}&{query}"));
        message.Headers.Add(_header, secret);
        return (message, null);
    }

    // Seen on Linux plans: http://172.16.1.3:8081/msi/token, the inside of the sandbox.
    private bool IsSandbox(IPAddress address) =>
        ManagedIdentityHostTable.IsAppService(Options.Environment) && IsOwnNetwork(address, 172, 16, 0xF0);
}
