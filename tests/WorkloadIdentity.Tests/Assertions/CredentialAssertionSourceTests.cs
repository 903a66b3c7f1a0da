namespace WorkloadIdentity.Tests;

public sealed class CredentialAssertionSourceTests
{
    private readonly AssertionBench _bench = new();

    [Theory]
    [InlineData("api://AzureADTokenExchange", null)]
    [InlineData("api://AzureADTokenExchangeChina", "agent-1")]
    public async Task It_asks_for_the_clouds_audience_anew_at_each_use(string audience, string? fmiPath)
    {
        var credential = Issuing(RequestFeatures.FmiPath);
        var source = AssertionSource.FromCredential(credential, fmiPath);

        Assert.Equal(AssertionBench.Jwt, (await _bench.AskAsync(source, audience, inChain: true)).Assertion);
        await _bench.AskAsync(source, audience);

        Assert.Equal([true, false], credential.Asked.Select(asked => asked.HasAlternatives));
        Assert.All(credential.Asked, asked => Assert.Equal(new TokenRequest($"{audience}/.default") { FmiPath = fmiPath }, asked.Request));
    }

    [Fact]
    public async Task The_credentials_verdict_is_the_sources_and_says_who_needed_it()
    {
        var absent =
            AssertionBench.Fails(
                await _bench.AskAsync(AssertionSource.FromCredential(ScriptedCredential.Absent("inner"))),
                TokenErrorKind.NotConfigured,
                "inner is not here",
                TokenVerdict.Unavailable);
        Assert.Contains(
            $"Application {EntraFake.ClientId} authenticates with a token of 'inner' for api://AzureADTokenExchange/.default",
            absent.Message,
            StringComparison.Ordinal);

        AssertionBench.Fails(
            await _bench.AskAsync(AssertionSource.FromCredential(ScriptedCredential.Failing("inner"))),
            TokenErrorKind.Refused,
            "inner was refused");
    }

    [Fact]
    public async Task An_agent_identity_is_named_to_its_blueprint_in_the_tenant_that_is_asked()
    {
        var blueprint = Issuing(RequestFeatures.FmiPath | RequestFeatures.TenantId);

        Assert.Equal(AssertionBench.Jwt, (await _bench.AskAsync(AssertionSource.FromAgentIdentityBlueprint(blueprint))).Assertion);

        Assert.Equal(
            new TokenRequest("api://AzureADTokenExchange/.default") { FmiPath = EntraFake.ClientId, TenantId = EntraFake.Tenant },
            Assert.Single(blueprint.Asked).Request);
    }

    [Fact]
    public async Task A_blueprint_that_cannot_name_agents_fails_with_the_reason() =>
        AssertionBench.Fails(
            await _bench.AskAsync(AssertionSource.FromAgentIdentityBlueprint(Issuing(RequestFeatures.None))),
            TokenErrorKind.InvalidConfiguration,
            "Use an application credential");

    [Fact]
    public void A_system_assigned_identity_is_refused_at_construction()
    {
        Assert.Contains(
            "user-assigned",
            Assert.Throws<ArgumentException>(() => AssertionSource.FromManagedIdentity(ManagedIdentityId.SystemAssigned)).Message,
            StringComparison.Ordinal);
        Assert.Throws<ArgumentNullException>(() => AssertionSource.FromManagedIdentity(null!));
        Assert.Throws<ArgumentException>(() => AssertionSource.FromCredential(ScriptedCredential.Issuing("x"), ""));
    }

    [Fact]
    public async Task A_managed_identity_is_asked_for_the_exchange_alone()
    {
        var machine = Machine.AppService();
        machine.Answers(
            System.Net.HttpStatusCode.OK,
            machine.Token(AssertionBench.Jwt)
                .Replace("https://graph.microsoft.com", "api://AzureADTokenExchange", StringComparison.Ordinal));

        var result =
            await _bench.AskAsync(AssertionSource.FromManagedIdentity(ManagedIdentityId.FromClientId(Machine.ClientId), machine.Options()));

        Assert.Equal(AssertionBench.Jwt, result.Assertion);
        var query = Assert.Single(machine.Server.Requests).Query;
        Assert.Equal(("api://AzureADTokenExchange", Machine.ClientId), (query["resource"], query["client_id"]));
    }

    private static ScriptedCredential Issuing(RequestFeatures can) =>
        new(
            "inner",
            _ =>
                TokenResult.Issued(
                    new AccessToken(AssertionBench.Jwt, new DateTimeOffset(2026, 1, 2, 0, 0, 0, TimeSpan.Zero))))
        { Can = can };
}
