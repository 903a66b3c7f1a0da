using System.Text.RegularExpressions;

namespace WorkloadIdentity;

/// <summary>
/// A Windows container of Azure Container Instances, and a deployment script, which runs there too. Linux containers there have IMDS.
/// <see href="https://learn.microsoft.com/azure/container-instances/container-instances-managed-identity">Managed identity on Windows
/// containers</see>.
/// </summary>
internal sealed partial class ContainerInstancesHost(ManagedIdentityCredentialOptions options)
    : ManagedIdentityHost("Azure Container Instances", options)
{
    private const string EndpointVariable = "IDENTITY_ENDPOINT";
    private const string HeaderVariable = "IDENTITY_HEADER";

    /// <summary>
    /// Its endpoint ends with a version, as no other host's does:
    /// <c>http://10.92.0.2:2377/metadata/identity/oauth2/token?api-version=1.0</c>.
    /// </summary>
    public static bool HasEndpoint(WorkloadEnvironment environment) =>
        environment.Variable(EndpointVariable) is { } endpoint && Version().IsMatch(endpoint);

    // 404 is DefaultIdentityNotDefined here, which asking again does not change.
    protected override bool IsTransient(int status) => status is 408 or 429 or >= 500;

    protected override (HttpRequestMessage? Message, TokenError? Error) Write(ManagedIdentityRequest request)
    {
        // Seen: 10.92.0.2 and 10.92.0.14, the node that the container runs on.
        var (endpoint, version, endpointProblem) = HostVariable.VersionedAddress(
            Options.Environment, EndpointVariable, address => IsOwnNetwork(address, 10, 92, 0xFF));
        var (secret, secretProblem) = HostVariable.Header(Options.Environment, HeaderVariable);
        if (endpoint is null || secret is null)
        {
            return (null, request.Error(
                TokenErrorKind.InvalidConfiguration,
                $"The managed identity of {Name} cannot be asked: {endpointProblem ?? secretProblem}",
                HelpAnchors.ManagedIdentity));
        }

        var (query, error) = request.Query(Name, kind => kind == ManagedIdentityIdKind.ObjectId ? "principalId" : null);
        if (query is null)
        {
            return (null, error);
        }

        var message = new HttpRequestMessage(HttpMethod.Get, new Uri($"{endpoint.GetLeftPart(UriPartial.Path)}{version}&{query}"));
        message.Headers.Add("secret", secret);
        return (message, null);
    }

    protected override string Advice(ManagedIdentityRequest request, int status, HostErrorResponse said) => said.Code switch
    {
        "DefaultIdentityNotDefined" => "The container group has no system-assigned identity: name its user-assigned one by its object id.",
        "ManagedIdentityNotFound" => "The container group has no such identity: assign it, or correct the object id.",
        _ => base.Advice(request, status, said),
    };

    [GeneratedRegex(@"\?api-version=[0-9]{1,2}\.[0-9]{1,2}\z", RegexOptions.CultureInvariant)]
    internal static partial Regex Version();
}
