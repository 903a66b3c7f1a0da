namespace WorkloadIdentity;

/// <summary>
/// A machine outside Azure with the Azure Arc agent, and Azure Local. The agent proves that the caller may act as the machine by naming a
/// file only privileged accounts can read; what the file holds goes into the second request.
/// <see href="https://learn.microsoft.com/azure/azure-arc/servers/managed-identity-authentication">Authenticate against Azure resources
/// with Azure Arc</see>.
/// </summary>
internal sealed class ArcHost(ManagedIdentityCredentialOptions options) : ManagedIdentityHost("Azure Arc", options)
{
    private const string EndpointVariable = "IDENTITY_ENDPOINT";

    // Where the agent listens. A program started outside a login shell does not see the variable.
    private static readonly Uri AgentAddress = new("http://127.0.0.1:40342/metadata/identity/oauth2/token");

    // An agent from before user-assigned identities ignores the parameter and answers as the machine.
    protected override bool RequiresEcho => true;

    /// <summary>The endpoint must be a loopback address, because the content of the key file is sent to it.</summary>
    protected override (HttpRequestMessage? Message, TokenError? Error) Write(ManagedIdentityRequest request)
    {
        var (endpoint, problem) =
            Options.Environment.Has(EndpointVariable) ? HostVariable.Loopback(Options.Environment, EndpointVariable) : (AgentAddress, null);
        if (endpoint is null)
        {
            return (null,
                request.Error(
                    TokenErrorKind.InvalidConfiguration,
                    $"The agent of Azure Arc cannot be asked: {problem}",
                    HelpAnchors.ManagedIdentity));
        }

        // Not mi_res_id, which the agent ignores.
        var (query, error) = request.Query(Name, kind => kind switch
        {
            ManagedIdentityIdKind.ClientId => "client_id",
            ManagedIdentityIdKind.ObjectId => "object_id",
            ManagedIdentityIdKind.ResourceId => "msi_res_id",
            _ => null,
        });
        return query is null
            ? (null, error)
            : (WriteTo(new Uri($"{endpoint.GetLeftPart(UriPartial.Path)}?api-version=2020-06-01&{query}")), null);
    }

    /// <summary>Answers one challenge. A second challenge is a refusal.</summary>
    protected override async ValueTask<TokenResult> AttemptAsync(ManagedIdentityRequest request, CancellationToken cancellationToken)
    {
        var (message, error) = Write(request);
        if (message is null)
        {
            return TokenResult.Failed(error!);
        }

        var address = message.RequestUri!;
        var first = await SendAsync(message, AttemptTimeout, cancellationToken).ConfigureAwait(false);
        if (first.IsSuccess)
        {
            return Failed(
                request,
                TokenErrorKind.InvalidResponse,
                "answered without the challenge that every agent begins with, so it is not the agent that answers. Nothing it sent is "
                    + "used.");
        }

        if (first.Status != 401)
        {
            return Read(request, first);
        }

        var (key, refusal) = ReadKey(request, first);
        if (key is null)
        {
            return TokenResult.Failed(refusal!);
        }

        var answer = WriteTo(address);
        answer.Headers.TryAddWithoutValidation("Authorization", $"Basic {key}");
        var second = await SendAsync(answer, AttemptTimeout, cancellationToken).ConfigureAwait(false);
        return Read(request, second);
    }

    protected override string Advice(ManagedIdentityRequest request, int status, HostErrorResponse said) => status switch
    {
        401 or 403 => "The agent did not accept the content of its key file. Check the agent with: azcmagent show",
        400 or 404 when request.Id is { Value: not null } =>
            "Check that the identity is assigned to this machine, and that the agent is recent enough to know user-assigned identities.",
        400 or 404 => "Check that the scope names a resource that exists in the tenant of the machine, and the agent with: azcmagent show",
        _ => base.Advice(request, status, said),
    };

    private static HttpRequestMessage WriteTo(Uri address) => new(HttpMethod.Get, address) { Headers = { { "Metadata", "true" } } };

    /// <summary>
    /// The content of the file that the challenge names, or the reason why it cannot be used. The agent is not trusted, so the path is
    /// checked.
    /// </summary>
    private (string? Key, TokenError? Error) ReadKey(ManagedIdentityRequest request, BackchannelAnswer answer)
    {
        var challenges =
            AuthenticationChallenge.Parse(answer.Headers("WWW-Authenticate")).Where(challenge => challenge.Is("Basic")).ToList();
        if (challenges is not [var challenge] || challenge.Parameter("realm") is not { Length: > 0 } path)
        {
            return (null,
                Error(
                    request,
                    TokenErrorKind.InvalidResponse,
                    "answered 401 without the one Basic challenge that names a key file. Check the agent with: azcmagent show"));
        }

        var file = Options.Environment.ReadArcKey(path);
        if (file.Exception is UnauthorizedAccessException)
        {
            return (null, Denied(request, file));
        }

        var (line, problem) = file.AsLine();
        if (line is not null && !Guard.IsHeaderToken(line))
        {
            (line, problem) = (null, "the key file holds a character that cannot stand in an HTTP header");
        }

        return line is null
            ? (null,
                Error(
                    request,
                    TokenErrorKind.InvalidResponse,
                    $"named a key file that is not used: {problem}. Check the agent with: azcmagent show"))
            : (line, null);
    }

    /// <summary>
    /// The agent is present, but the account may not use it. A person must fix this, so a chain does not try another credential.
    /// </summary>
    internal static TokenError Denied(ManagedIdentityRequest request, FileContent file)
    {
        var group = OperatingSystem.IsWindows()
            ? "'Hybrid agent extension applications', or run it as an administrator"
            : "himds (sudo usermod -aG himds <account>)";
        return new TokenError(
            TokenErrorKind.InvalidConfiguration,
            "Azure Arc has a managed identity here, but this process may not read its key files (access denied). Add the account it runs "
                + $"as to the group {group}; then restart the process.")
        {
            Scope = request.Scope,
            ClientId = request.ClientId,
            Exception = file.Exception,
            HelpAnchor = HelpAnchors.ArcKeyFile,
        };
    }

    private TokenResult Failed(ManagedIdentityRequest request, TokenErrorKind kind, string what) =>
        TokenResult.Failed(Error(request, kind, what));

    private TokenError Error(ManagedIdentityRequest request, TokenErrorKind kind, string what) =>
        request.Error(kind, $"The agent of {Name} {what}", HelpAnchors.ArcKeyFile);
}
