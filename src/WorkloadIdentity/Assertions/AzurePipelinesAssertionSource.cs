namespace WorkloadIdentity;

/// <summary>The id tokens of an Azure Pipelines job.</summary>
internal sealed class AzurePipelinesAssertionSource : AssertionSource
{
    private const string AddressVariable = "SYSTEM_OIDCREQUESTURI";
    private const string TokenVariable = "SYSTEM_ACCESSTOKEN";
    private const string ConnectionVariable = "AZURESUBSCRIPTION_SERVICE_CONNECTION_ID";

    private static readonly AssertionEndpoint Endpoint = new(
        "Azure DevOps' endpoint for id tokens",
        "Check that a task of this job uses the service connection, that the connection is one for workload identity federation, and that "
            + "SYSTEM_ACCESSTOKEN is this job's $(System.AccessToken).",
        HelpAnchors.AzurePipelines);

    private readonly string? _serviceConnectionId;
    private readonly AssertionClient _client;

    public AzurePipelinesAssertionSource(string? serviceConnectionId, AssertionClient client)
    {
        if (serviceConnectionId is not null && !Guid.TryParseExact(serviceConnectionId, "D", out _))
        {
            throw new ArgumentException(
                "The service connection id is not a GUID. Use the resourceId in the address of the connection's page, not its name.",
                nameof(serviceConnectionId));
        }

        _serviceConnectionId = serviceConnectionId;
        _client = client;
    }

    public override string Name => "azure pipelines";

    protected internal override string? LooksFor =>
        $"the id token of an Azure Pipelines job (the variables {AddressVariable} and {TokenVariable})";

    public override ValueTask<AssertionResult> GetAssertionAsync(AssertionRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        var environment = request.Environment;
        if (!environment.Has(AddressVariable))
        {
            return new(environment.Has(TokenVariable)
                ? Endpoint.Unusable(
                    TokenErrorKind.InvalidConfiguration,
                    $"{TokenVariable} is set and {AddressVariable} is not. Run this program in an Azure Pipelines job, or pass "
                        + $"{AddressVariable} to it.")
                : Endpoint.Absent($"{AddressVariable} is not set, so this is not an Azure Pipelines job."));
        }

        if (!environment.Has(TokenVariable))
        {
            return new(Endpoint.Unusable(
                TokenErrorKind.InvalidConfiguration,
                $"{TokenVariable} is not set. Azure Pipelines sets it only if the step asks for it. Add to the step: env: {{ "
                    + $"{TokenVariable}: $(System.AccessToken) }}"));
        }

        var (address, addressProblem) = SourceAddress.Read(environment, AddressVariable);
        var (token, tokenProblem) = HostVariable.Header(environment, TokenVariable);
        var connection = _serviceConnectionId ?? environment.Variable(ConnectionVariable);
        var connectionProblem =
            connection is null || Guid.TryParseExact(connection, "D", out _) ? null : $"{ConnectionVariable} is not a GUID.";
        if (address is null || token is null || connectionProblem is not null)
        {
            return new(Endpoint.CannotAsk(addressProblem ?? tokenProblem ?? connectionProblem));
        }

        address = SourceAddress.With(address, "api-version", "7.1");
        var message =
            new HttpRequestMessage(
                HttpMethod.Post, connection is null ? address : SourceAddress.With(address, "serviceConnectionId", connection))
            {
                Content = new ByteArrayContent([]),
            };
        message.Content.Headers.TryAddWithoutValidation("Content-Type", "application/json");
        message.Headers.TryAddWithoutValidation("Authorization", $"Bearer {token}");
        message.Headers.TryAddWithoutValidation("Accept", "application/json");

        // Without this header Azure DevOps redirects an unknown caller to a sign-in page instead of answering 401.
        message.Headers.TryAddWithoutValidation("X-TFS-FedAuthRedirect", "Suppress");
        return Endpoint.AskAsync(_client.For(address), message, _client.TimeLimit, request, "oidcToken", cancellationToken);
    }
}
