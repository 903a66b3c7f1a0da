namespace WorkloadIdentity;

/// <summary>
/// A compute of Azure Machine Learning: App Service's protocol of 2017, with an identity that is always named.
/// <see href="https://learn.microsoft.com/azure/machine-learning/how-to-identity-based-service-authentication">Set up service
/// authentication</see>.
/// </summary>
internal sealed class AzureMachineLearningHost(
    ManagedIdentityCredentialOptions options) : ManagedIdentityHost("Azure Machine Learning", options)
{
    private const string DefaultVariable = "DEFAULT_IDENTITY_CLIENT_ID";

    // What the variable holds on a compute without a managed identity. Asked for that, the endpoint gives a token of the person who is
    // logged in (seen on compute instances, 2024-08).
    public const string NoIdentity = "clientid";

    /// <summary>The compute's own identity has a name in a variable; asking by it makes the host's answer checkable.</summary>
    protected override ValueTask<TokenResult> AttemptAsync(ManagedIdentityRequest request, CancellationToken cancellationToken)
    {
        if (request.Id is { Value: not null })
        {
            return base.AttemptAsync(request, cancellationToken);
        }

        var named = Options.Environment.Variable(DefaultVariable);
        return Guid.TryParseExact(named, "D", out var id)
            ? base.AttemptAsync(request.For(ManagedIdentityId.FromClientId(id.ToString("D"))), cancellationToken)
            : ValueTask.FromResult(named == NoIdentity
                ? request.Absent(request.Error(
                    TokenErrorKind.NotConfigured,
                    $"This compute of {Name} has no managed identity ({DefaultVariable} is '{NoIdentity}'). Assign one to it. "
                    + "Without one its endpoint gives a token of the person who is logged in, which is not taken.",
                    HelpAnchors.ManagedIdentity))
                : TokenResult.Failed(Unasked(
                    request,
                    $"{DefaultVariable} {(named is null ? "is not set" : "is not a GUID")}, and the program names no identity. "
                    + "Name one by its client id.")));
    }

    protected override (HttpRequestMessage? Message, TokenError? Error) Write(ManagedIdentityRequest request)
    {
        var (endpoint, endpointProblem) = HostVariable.Address(Options.Environment, "MSI_ENDPOINT");
        var (secret, secretProblem) = HostVariable.Header(Options.Environment, "MSI_SECRET");
        if (endpoint is null || secret is null)
        {
            return (null, Unasked(request, (endpointProblem ?? secretProblem)!));
        }

        var (query, error) = request.Query(Name, kind => kind == ManagedIdentityIdKind.ClientId ? "clientid" : null);
        if (query is null)
        {
            return (null, error);
        }

        var message =
            new HttpRequestMessage(HttpMethod.Get, new Uri($"{endpoint.GetLeftPart(UriPartial.Path)}?api-version=2017-09-01&{query}"));
        message.Headers.Add("secret", secret);
        message.Headers.Add("Metadata", "true");
        return (message, null);
    }

    private static TokenError Unasked(ManagedIdentityRequest request, string problem) =>
        request.Error(
            TokenErrorKind.InvalidConfiguration,
            $"The managed identity of Azure Machine Learning cannot be asked: {problem}",
            HelpAnchors.ManagedIdentity);
}
