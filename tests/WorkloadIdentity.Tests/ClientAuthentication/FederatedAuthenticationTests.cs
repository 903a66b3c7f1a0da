namespace WorkloadIdentity.Tests;

public sealed class FederatedAuthenticationTests
{
    private readonly EntraFake _entra = new();

    [Fact]
    public async Task The_assertion_is_sent_as_its_issuer_signed_it()
    {
        var jwt = EntraFake.Jwt();

        var result =
            await _entra.Issues()
                .AcquireAsync(
                    new FederatedAuthentication(AssertionSource.FromCallback((_, _) => ValueTask.FromResult(jwt), "build server")));

        Assert.Equal("build server", result.Token!.AcquiredBy);
        var form = _entra.Server.Requests[0].Form;
        Assert.Equal(
            ["client_assertion", "client_assertion_type", "client_id", "grant_type", "scope"], form.Keys.Order(StringComparer.Ordinal));
        Assert.Equal("urn:ietf:params:oauth:client-assertion-type:jwt-bearer", form["client_assertion_type"]);
        Assert.Equal(jwt, form["client_assertion"]);
    }

    [Fact]
    public async Task The_source_is_told_who_shows_it_to_whom_and_what_for()
    {
        AssertionRequest? asked = null;
        var source = AssertionSource.FromCallback((request, _) =>
        {
            asked = request;
            return ValueTask.FromResult(EntraFake.Jwt());
        });

        await _entra.Issues().AcquireAsync(
            new FederatedAuthentication(source),
            new TokenRequest(EntraFake.Scope) { FmiPath = "agent" },
            claims: """{"access_token":{"a":null}}""");

        Assert.Equal("api://AzureADTokenExchange", asked!.Audience);
        Assert.Equal(EntraCloud.Public, asked.Authority);
        Assert.Equal(EntraFake.Tenant, asked.TenantId);
        Assert.Equal(EntraFake.ClientId, asked.ClientId);
        Assert.Equal(EntraFake.Scope, asked.Scope);
        Assert.Equal("agent", asked.FmiPath);
        Assert.Equal("""{"access_token":{"a":null}}""", asked.Claims);
        Assert.Null(asked.Refusal);
    }

    [Theory]
    [InlineData("https://login.microsoftonline.com", null, "api://AzureADTokenExchange")]
    [InlineData("https://login.microsoftonline.us", null, "api://AzureADTokenExchangeUSGov")]
    [InlineData("https://login.partner.microsoftonline.cn", null, "api://AzureADTokenExchangeChina")]
    [InlineData("https://login.sovcloud-identity.fr", "api://stated", "api://stated")]
    [InlineData("https://login.sovcloud-identity.fr", null, "api://AzureADTokenExchangeFrance")]
    [InlineData("https://login.sovcloud-identity.de", null, "api://AzureADTokenExchangeGermany")]
    [InlineData("https://login.sovcloud-identity.sg", null, "api://AzureADTokenExchangeGovSG")]
    [InlineData("http://127.0.0.1:5000", null, null)]
    public async Task The_audience_is_the_clouds_or_the_one_stated_and_never_another_clouds(string host, string? stated, string? expected)
    {
        string? audience = "not asked";
        var source = AssertionSource.FromCallback((request, _) =>
        {
            audience = request.Audience;
            return ValueTask.FromResult(EntraFake.Jwt());
        });

        await _entra.Issues()
            .AcquireAsync(_entra.Credential(new FederatedAuthentication(source, stated), options => options.AuthorityHost = new Uri(host)));

        Assert.Equal(expected, audience);
    }

    [Fact]
    public async Task A_source_that_needs_an_audience_where_none_is_known_fails_with_the_line_to_write()
    {
        var source = AssertionSource.FromCallback((request, _) => ValueTask.FromResult(request.RequireAudience()));

        var loopback = new Uri("http://127.0.0.1:5000");
        var credential = _entra.Credential(new FederatedAuthentication(source), options => options.AuthorityHost = loopback);

        var error = (await _entra.AcquireAsync(credential)).Error!;

        Assert.Equal(TokenErrorKind.InvalidConfiguration, error.Kind);
        Assert.Contains("new FederatedAuthentication(source, audience: ", error.Message, StringComparison.Ordinal);
        Assert.Empty(_entra.Server.Requests);
    }

    [Theory]
    [InlineData(TokenVerdict.Unavailable)]
    [InlineData(TokenVerdict.Failed)]
    public async Task The_sources_verdict_is_the_credentials(TokenVerdict verdict)
    {
        var error = new TokenError(TokenErrorKind.NotConfigured, "No build server here.");
        var source = new StatedSource(verdict == TokenVerdict.Failed ? AssertionResult.Failed(error) : AssertionResult.Unavailable(error));

        var result = await _entra.AcquireAsync(new FederatedAuthentication(source));

        Assert.Equal(verdict, result.Verdict);
        Assert.Equal("No build server here.", result.Error!.Message);
        Assert.Equal(EntraFake.ClientId, result.Error.ClientId);
        Assert.Empty(_entra.Server.Requests);
    }

    [Fact]
    public async Task A_source_that_is_not_there_when_asked_again_does_not_undo_entras_answer()
    {
        var results =
            new Queue<AssertionResult>(
                [AssertionResult.Issued(EntraFake.Jwt()), AssertionResult.Unavailable(
                    new TokenError(TokenErrorKind.NotConfigured, "Gone."))]);

        var result =
            await _entra.Refuses(EntraCode.AssertionOutsideLifetime)
                .AcquireAsync(new FederatedAuthentication(new StatedSource(results.Dequeue)));

        Assert.Equal(TokenVerdict.Failed, result.Verdict);
        Assert.Equal(TokenErrorCategory.AssertionTime, result.Error!.Category);
    }

    [Fact]
    public async Task An_assertion_refused_for_its_time_is_minted_again_once()
    {
        var refusals = new List<TokenError?>();
        var source = AssertionSource.FromCallback((request, _) =>
        {
            refusals.Add(request.Refusal);
            return ValueTask.FromResult(EntraFake.Jwt($"subject-{refusals.Count}"));
        });

        var result = await _entra.Refuses(EntraCode.AssertionOutsideLifetime).Issues().AcquireAsync(new FederatedAuthentication(source));

        Assert.Equal(TokenVerdict.Issued, result.Verdict);
        Assert.Equal([null, EntraCode.AssertionOutsideLifetime], refusals.Select(refusal => refusal?.EntraErrorCodes[0]));
        Assert.NotEqual(_entra.Server.Requests[0].Form["client_assertion"], _entra.Server.Requests[1].Form["client_assertion"]);
    }

    [Fact]
    public async Task The_same_assertion_is_not_sent_a_second_time()
    {
        var result =
            await _entra.Refuses(EntraCode.AssertionOutsideLifetime)
                .AcquireAsync(new FederatedAuthentication(new StatedSource(AssertionResult.Issued(EntraFake.Jwt()))));

        Assert.Equal(TokenErrorCategory.AssertionTime, result.Error!.Category);
        Assert.Single(_entra.Server.Requests);
    }

    [Theory]
    [InlineData("canary")]
    [InlineData("canary.two")]
    [InlineData("canary..three")]
    [InlineData("canary.two.three.four")]
    [InlineData("login.canary.com")]
    [InlineData("e30.canary")]
    [InlineData("W10.canary.c2ln")]
    [InlineData("e30..c2ln")]
    [InlineData("e30.canary!.c2ln")]
    [InlineData("e30.canary.c2ln.c2ln")]
    [InlineData("3Kx8~canary.two_secret.9")]
    public async Task What_is_not_a_jwt_is_not_sent_anywhere(string text)
    {
        var error = (await _entra.AcquireAsync(new FederatedAuthentication(new StatedSource(AssertionResult.Issued(text))))).Error!;

        Assert.Equal(TokenErrorKind.InvalidConfiguration, error.Kind);
        Assert.Contains("not a JWT", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("canary", error.Message, StringComparison.Ordinal);
        Assert.Empty(_entra.Server.Requests);
    }

    [Fact]
    public async Task A_source_that_returns_null_or_throws_is_a_failure()
    {
        Assert.Contains(
            "returned no result",
            (await _entra.AcquireAsync(new FederatedAuthentication(new StatedSource(() => null!)))).Error!.Message,
            StringComparison.Ordinal);

        var thrown = new HttpRequestException("canary");
        var error = (await _entra.AcquireAsync(new FederatedAuthentication(new StatedSource(() => throw thrown)))).Error!;
        Assert.Same(thrown, error.Exception);
        Assert.DoesNotContain("canary", error.Message, StringComparison.Ordinal);

        var own = new OperationCanceledException();
        var credential =
            _entra.Credential(new FederatedAuthentication(new StatedSource(() => throw own)), options => options.Retry.MaxAttempts = 1);
        Assert.Equal(TokenErrorKind.TimedOut, (await _entra.AcquireAsync(credential)).Error!.Kind);
    }

    [Fact]
    public async Task An_issuer_that_fails_in_passing_is_asked_again()
    {
        var results = new Queue<AssertionResult>(
            [AssertionResult.Failed(new TokenError(TokenErrorKind.Unreachable, "The build server did not answer.")), AssertionResult.Issued(
                EntraFake.Jwt())]);

        var result = await _entra.Issues().RunAsync(new FederatedAuthentication(new StatedSource(results.Dequeue)));

        Assert.Equal(TokenVerdict.Issued, result.Verdict);
    }

    private sealed class StatedSource(Func<AssertionResult> result) : AssertionSource
    {
        public StatedSource(AssertionResult result)
            : this(() => result)
        {
        }

        public override string Name => "stated";

        public override ValueTask<AssertionResult> GetAssertionAsync(AssertionRequest request, CancellationToken cancellationToken) =>
            ValueTask.FromResult(result());
    }
}
