namespace WorkloadIdentity;

/// <summary>
/// Cloud Shell, which answers with a token of the person who is signed in: it has no identity of its own.
/// <see href="https://learn.microsoft.com/azure/cloud-shell/msi-authorization">Acquire a user token in Azure Cloud Shell</see>.
/// </summary>
internal sealed class CloudShellHost(ManagedIdentityCredentialOptions options) : ManagedIdentityHost("Cloud Shell", options)
{
    /// <summary>Nothing is shown to this endpoint and a person's token comes back, so it is asked on this machine only.</summary>
    protected override (HttpRequestMessage? Message, TokenError? Error) Write(ManagedIdentityRequest request)
    {
        if (request.Id is not null)
        {
            return (null, request.Error(
                TokenErrorKind.InvalidConfiguration,
                "Cloud Shell has no managed identity, only tokens of the person who is signed in, so it cannot be asked for "
                    + $"{request.Identity}. Name no identity if that person is meant.",
                HelpAnchors.ManagedIdentity));
        }

        var (endpoint, problem) = HostVariable.Loopback(Options.Environment, "MSI_ENDPOINT");
        return endpoint is null
            ? (null,
                request.Error(TokenErrorKind.InvalidConfiguration, $"Cloud Shell cannot be asked: {problem}", HelpAnchors.ManagedIdentity))
            : (new HttpRequestMessage(HttpMethod.Post, endpoint)
            {
                Headers = { { "Metadata", "true" } },
                Content = new FormUrlEncodedContent([new("resource", request.Resource)]),
            }, null);
    }

    protected override string Advice(ManagedIdentityRequest request, int status, HostErrorResponse said) => status switch
    {
        400 or 404 => "Cloud Shell gives tokens for the resources it knows: check the scope.",
        401 or 403 => "Its session may have ended: open a new one. Without Cloud Shell, remove the variable MSI_ENDPOINT.",
        _ => base.Advice(request, status, said),
    };
}
