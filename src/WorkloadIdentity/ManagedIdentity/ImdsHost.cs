namespace WorkloadIdentity;

/// <summary>
/// The instance metadata service of a virtual machine, and of everything that runs on one: scale sets, AKS nodes, Container Instances,
/// Batch. <see href="https://learn.microsoft.com/entra/identity/managed-identities-azure-resources/how-to-use-vm-token">How to use managed
/// identities to acquire a token</see>.
/// </summary>
internal sealed class ImdsHost(ManagedIdentityCredentialOptions options) : ManagedIdentityHost("IMDS", options)
{
    public const string AuthorityVariable = "AZURE_POD_IDENTITY_AUTHORITY_HOST";
    public const string FederatedTokenVariable = "AZURE_FEDERATED_TOKEN_FILE";

    private static readonly Uri LinkLocal = new("http://169.254.169.254");
    private static readonly TimeSpan ProbeLimit = TimeSpan.FromSeconds(1);

    // IMDS serves five identity requests at a time for a machine. So the process has one gate, for any number of credentials.
    private static readonly SemaphoreSlim FiveAtATime = new(5);

    // IMDS can be unavailable for 70 seconds during an upgrade. It then answers 410.
    private static RetryOptions ImdsSchedule => new()
    {
        MaxAttempts = 5,
        Delay = TimeSpan.FromSeconds(1),
        MaxDelay = TimeSpan.FromSeconds(10),
        TotalBudget = TimeSpan.FromSeconds(80),
        AttemptTimeout = TimeSpan.FromSeconds(10),
    };

    protected override RetryOptions Schedule => ImdsSchedule;

    protected override SemaphoreSlim Gate => FiveAtATime;

    protected override bool IsTransient(int status) => status is 410 || base.IsTransient(status);

    protected override bool Outlasts(TokenError error) => error.StatusCode == 410;

    protected override (HttpRequestMessage? Message, TokenError? Error) Write(ManagedIdentityRequest request)
    {
        var (message, error) = WriteWithoutHeader(request);
        message?.Headers.Add("Metadata", "true");
        return (message, error);
    }

    /// <summary>
    /// Sends a request without the required header. IMDS refuses it at once, and it does not count as a token request. The result is not
    /// kept. Once a chain has chosen this credential, it is not probed again.
    /// </summary>
    protected override async ValueTask<TokenResult?> ProbeAsync(ManagedIdentityRequest request, CancellationToken cancellationToken)
    {
        var (message, error) = WriteWithoutHeader(request);
        if (message is null)
        {
            return TokenResult.Failed(error!);
        }

        var answer = await SendAsync(message, ProbeLimit, cancellationToken).ConfigureAwait(false);
        if (answer is { Error: { } none, WasReceived: false })
        {
            return request.Absent(new TokenError(none.About(request.Scope, request.ClientId), $"There is no IMDS here: {none.Message}"));
        }

        // An IMDS with an error is still present. Skipping it here would give the program another identity.
        return !IsImds(answer) ? SomethingElse(request, answer.Error is { } unusable ? unusable.StatusCode : answer.Status)
            : SaysNoIdentity(answer.Status, HostErrorResponse.Read(answer.Said, answer.Body)) ? ReadRefusal(request, answer)
            : null;
    }

    /// <summary>
    /// Whether IMDS answered. It names itself in each answer, whatever the status. Container Instances and emulators are known by the
    /// form of IMDS: an error and its description in JSON, the text in which Container Instances refuses a request without the header, or
    /// a status without a body that IMDS is known to give.
    /// </summary>
    private static bool IsImds(BackchannelAnswer answer)
    {
        if (answer.Header("Server")?.StartsWith("IMDS/", StringComparison.OrdinalIgnoreCase) == true)
        {
            return true;
        }

        if (answer.Body.Length == 0)
        {
            return answer.Status is 408 or 410 or 429;
        }

        return answer.Said is not { } said
                ? answer.Status == 400 && HostErrorResponse.Read(said: null, answer.Body).Says("Required metadata header")
            : answer.IsSuccess ? said.AccessToken is { Length: > 0 }
            : said is { Error.Length: > 0, ErrorDescription: not null };
    }

    /// <summary>
    /// Docker Desktop answers 403, gateways and sidecars 502 to 504, other clouds' metadata 401 or 404, captive portals a redirect or a
    /// page.
    /// </summary>
    private static TokenResult SomethingElse(ManagedIdentityRequest request, int? status) => request.Absent(new TokenError(
        status is 403 or 502 or 503 or 504 ? TokenErrorKind.Unreachable : TokenErrorKind.NotConfigured,
        $"There is no IMDS here: what answers at its address is something else{(status is null ? "" : $" (HTTP {status})")}.")
    {
        Scope = request.Scope,
        ClientId = request.ClientId,
        StatusCode = status,
        HelpAnchor = HelpAnchors.ManagedIdentity,
    });

    protected override bool SaysNoIdentity(int status, HostErrorResponse said) => status == 400 && said.Says("Identity not found");

    protected override string Advice(ManagedIdentityRequest request, int status, HostErrorResponse said) => status switch
    {
        400 when SaysNoIdentity(status, said) => request.Id is null
            ? "This machine has no managed identity: enable its system-assigned one, or assign one to it."
            : "It is not assigned to this machine: assign it, or correct the id.",
        400 when request.Id is null && said.Says("Multiple user assigned identities") =>
            "This machine has several: name one by its client id.",
        400 when said.Code == "invalid_resource" || said.EntraErrorCodes.Count > 0 =>
            "Check the scope: its resource is not known in the tenant of the identity.",
        410 => "IMDS is being upgraded, which takes up to 70 seconds.",
        _ => base.Advice(request, status, said),
    };

    private (HttpRequestMessage? Message, TokenError? Error) WriteWithoutHeader(ManagedIdentityRequest request)
    {
        if (request.Present.Contains(FederatedTokenVariable) && !Options.AllowNodeIdentity)
        {
            return (null, NodeIdentityNotAllowed(request));
        }

        var authority = LinkLocal;
        if (request.Present.Contains(AuthorityVariable))
        {
            var (address, problem) = HostVariable.Address(Options.Environment, AuthorityVariable);
            if (address is null || address.AbsolutePath != "/")
            {
                return (null, request.Error(
                    TokenErrorKind.InvalidConfiguration,
                    $"IMDS cannot be asked: {problem
                        ?? $"{AuthorityVariable} carries a path. It must be scheme, host and port alone; the path is always IMDS's own."}",
                    HelpAnchors.ManagedIdentity));
            }

            authority = address;
        }

        var (query, error) = request.Query(Name, kind => kind switch
        {
            ManagedIdentityIdKind.ClientId => "client_id",
            ManagedIdentityIdKind.ObjectId => "object_id",
            ManagedIdentityIdKind.ResourceId => "msi_res_id",
            _ => null,
        });
        return query is null
            ? (null, error)
            : (new HttpRequestMessage(
                HttpMethod.Get, new Uri(authority, $"/metadata/identity/oauth2/token?api-version=2018-02-01&{query}")), null);
    }

    private static TokenError NodeIdentityNotAllowed(ManagedIdentityRequest request) => request.Error(
        TokenErrorKind.NotAllowed,
        $"{FederatedTokenVariable} is set, so this workload has an identity of its own, and the managed identity of this machine would be "
            + $"the node's. Use the federated credential, or set {nameof(ManagedIdentityCredentialOptions)}."
            + $"{nameof(ManagedIdentityCredentialOptions.AllowNodeIdentity)} if the node's identity is meant.",
        HelpAnchors.NodeIdentity);
}
