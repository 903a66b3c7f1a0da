namespace WorkloadIdentity;

/// <summary>The id tokens of a GitHub Actions job.</summary>
internal sealed class GitHubActionsAssertionSource : AssertionSource
{
    private const string AddressVariable = "ACTIONS_ID_TOKEN_REQUEST_URL";
    private const string TokenVariable = "ACTIONS_ID_TOKEN_REQUEST_TOKEN";

    private static readonly AssertionEndpoint Endpoint = new(
        "GitHub's endpoint for id tokens",
        "Check that the job has 'permissions: id-token: write' and has not run for more than six hours.",
        HelpAnchors.GitHubActions);

    private readonly AssertionClient _client;

    public GitHubActionsAssertionSource(AssertionClient client) => _client = client;

    public override string Name => "github actions";

    protected internal override string? LooksFor =>
        $"the id token of a GitHub Actions job (the variables {AddressVariable} and {TokenVariable})";

    public override ValueTask<AssertionResult> GetAssertionAsync(AssertionRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        var environment = request.Environment;
        if (!environment.Has(AddressVariable) && !environment.Has(TokenVariable))
        {
            return new(Endpoint.Absent(environment.Has("GITHUB_ACTIONS")
                ? $"This GitHub Actions job may not get id tokens: {AddressVariable} and {TokenVariable} are not set. Add "
                    + "'permissions: id-token: write' to the job. Workflows that a fork's pull request starts never get them."
                : $"{AddressVariable} and {TokenVariable} are not set, so this is not a GitHub Actions job that may get id tokens."));
        }

        if (!environment.Has(AddressVariable) || !environment.Has(TokenVariable))
        {
            return new(Endpoint.OnlyOneIsSet(AddressVariable, TokenVariable));
        }

        var (address, addressProblem) = SourceAddress.Read(environment, AddressVariable);
        var (token, tokenProblem) = HostVariable.Header(environment, TokenVariable);
        if (address is null || token is null)
        {
            return new(Endpoint.CannotAsk(addressProblem ?? tokenProblem));
        }

        // Without an audience GitHub issues the token for the repository's owner.
        var message = new HttpRequestMessage(HttpMethod.Get, SourceAddress.With(address, "audience", request.RequireAudience()));
        message.Headers.TryAddWithoutValidation("Authorization", $"Bearer {token}");
        message.Headers.TryAddWithoutValidation("Accept", "application/json; api-version=2.0");
        return Endpoint.AskAsync(_client.For(address), message, _client.TimeLimit, request, "value", cancellationToken);
    }
}
