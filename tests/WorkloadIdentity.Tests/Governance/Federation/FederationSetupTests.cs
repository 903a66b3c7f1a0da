using WorkloadIdentity.Governance;
using WorkloadIdentity.Testing;

namespace WorkloadIdentity.Tests;

/// <summary>Setting trust up in an application, against the emulator's Graph.</summary>
public sealed class FederationSetupTests
{
    private const string GitHub = "https://token.actions.githubusercontent.com";
    private const string Main = "repo:contoso/orders:ref:refs/heads/main";

    [Fact]
    public async Task A_plan_says_what_changes_and_writes_nothing_until_it_is_applied()
    {
        await using var bench = await StartAsync();
        var application = bench.Entra.AddApplication();

        var plan = await PlanAsync(bench, application, Main);

        Assert.Equal(bench.Entra.Tenant.Id, plan.TenantId);
        Assert.Contains(application.ClientId, plan.Target, StringComparison.Ordinal);
        Assert.Equal(
            $"Add the federated credential 'repo-contoso-orders-ref-refs-heads-main' (issuer {GitHub}, subject {Main}, audience "
                + "api://AzureADTokenExchange).",
            Assert.Single(plan.Changes).What);
        Assert.Equal(
            $"az ad app federated-credential delete --id {application.ClientId} --federated-credential-id "
                + "repo-contoso-orders-ref-refs-heads-main",
            plan.Changes[0].Undo);
        Assert.Empty(plan.Notes);
        Assert.Empty(await ListAsync(bench, application));

        await plan.ApplyAsync();

        var made = Assert.Single(await ListAsync(bench, application));
        Assert.Equal((GitHub, Main), (made.Issuer, made.Subject));
        Assert.True((await PlanAsync(bench, application, Main)).IsEmpty);
        await Assert.ThrowsAsync<InvalidOperationException>(() => plan.ApplyAsync());
    }

    [Fact]
    public async Task A_workload_gets_a_token_right_after_its_trust_was_set_up()
    {
        await using var bench = await StartAsync();
        var application = bench.Entra.AddApplication();
        var issuer = bench.Entra.AddIssuer();
        var credential = new ApplicationCredential(
            bench.Entra.Tenant.Id, application.ClientId,
            new FederatedAuthentication(
                AssertionSource.FromCallback((_, _) => ValueTask.FromResult(issuer.Issue("orders"))),
                "api://AzureADTokenExchange"),
            new ApplicationCredentialOptions { AuthorityHost = bench.Entra.AuthorityHost });
        using var acquirer = new TokenAcquirer(credential);
        await Assert.ThrowsAsync<TokenAcquisitionException>(async () => await acquirer.GetTokenAsync(new TokenRequest(bench.Api.Scope)));

        var request = new FederationRequest(new ClientId(application.ClientId), issuer.Url, "orders") { Name = "orders" };
        await (await new FederationSetup(bench.Graph).PlanAsync(request)).ApplyAsync();

        using var fresh = new TokenAcquirer(credential);
        Assert.NotNull(await fresh.GetTokenAsync(new TokenRequest(bench.Api.Scope)));
    }

    [Fact]
    public async Task The_one_of_that_name_is_changed_and_says_how_to_undo_it()
    {
        await using var bench = await StartAsync();
        var application = bench.Entra.AddApplication();
        await ApplyAsync(bench, application, Main, "ci-1");

        var plan = await PlanAsync(bench, application, "repo:contoso/orders:environment:production", "ci-1");

        Assert.StartsWith("Change the federated credential 'ci-1'", Assert.Single(plan.Changes).What, StringComparison.Ordinal);
        Assert.Contains(Main, plan.Changes[0].Undo, StringComparison.Ordinal);
        await plan.ApplyAsync();
        Assert.Equal("repo:contoso/orders:environment:production", Assert.Single(await ListAsync(bench, application)).Subject);
    }

    [Fact]
    public async Task A_change_of_the_description_alone_says_both_and_how_to_undo_it()
    {
        await using var bench = await StartAsync();
        var application = bench.Entra.AddApplication();
        await (await DescribeAsync("the old\nnote")).ApplyAsync();

        var plan = await DescribeAsync("the new note");

        const string Trust = $"'ci-1' (issuer {GitHub}, subject {Main}, audience api://AzureADTokenExchange, description";
        Assert.Equal(
            $"Change the federated credential {Trust} 'the old note') to {Trust} 'the new note').", Assert.Single(plan.Changes).What);
        Assert.Equal($"Make it what it was: {Trust} 'the old note').", plan.Changes[0].Undo);

        // A request without a description leaves the one that is there.
        Assert.EndsWith(
            ", audience api://orders, description 'the old note').",
            (await PlanAsync(bench, application, Main, "ci-1", "api://orders")).Changes[0].What, StringComparison.Ordinal);

        Task<ChangePlan> DescribeAsync(string description) => new FederationSetup(bench.Graph).PlanAsync(
            new FederationRequest(new ClientId(application.ClientId), GitHub, Main) { Name = "ci-1", Description = description });
    }

    [Theory]
    [InlineData("PATCH", """{"issuer":"https://issuer.example"}""")]
    [InlineData("PATCH", """{"subject":"repo:contoso/orders:environment:test"}""")]
    [InlineData("PATCH", """{"audiences":["api://orders"]}""")]
    [InlineData("PATCH", """{"description":"for the nightly build"}""")]
    [InlineData("DELETE", null)]
    public async Task One_that_was_changed_since_the_plan_was_made_is_not_changed(string method, string? body)
    {
        await using var bench = await StartAsync();
        var application = bench.Entra.AddApplication();
        await ApplyAsync(bench, application, Main, "ci-1");
        var plan = await PlanAsync(bench, application, "repo:contoso/orders:environment:production", "ci-1");
        var (_, found) = await bench.SendAsync("GET", $"v1.0/applications(appId='{application.ClientId}')?$select=id");
        var path = $"v1.0/applications/{found!["id"]}/federatedIdentityCredentials/{(await ListAsync(bench, application))[0].Id}";
        Assert.Equal(204, (await bench.SendAsync(method, path, body)).Status);

        var refused = await Assert.ThrowsAsync<ChangeRefusedException>(() => plan.ApplyAsync());

        Assert.Equal("The federated credential 'ci-1' was changed since the plan was made. Make the plan again.", refused.Message);
        Assert.DoesNotContain(
            await ListAsync(bench, application), one => one.Subject == "repo:contoso/orders:environment:production");
    }

    [Fact]
    public async Task The_same_trust_under_another_name_is_noticed_before_anything_is_written()
    {
        await using var bench = await StartAsync();
        var application = bench.Entra.AddApplication();
        await ApplyAsync(bench, application, Main, "ci-1");
        await ApplyAsync(bench, application, "repo:contoso/orders:ref:refs/heads/test", "test");

        var twin = await PlanAsync(bench, application, Main, "other");
        var refused = await Assert.ThrowsAsync<ChangeRefusedException>(() => PlanAsync(bench, application, Main, "test"));
        var audience = await Assert.ThrowsAsync<ChangeRefusedException>(() => PlanAsync(bench, application, Main, "other", "api://orders"));

        Assert.True(twin.IsEmpty);
        Assert.Contains("already, by 'ci-1'", Assert.Single(twin.Notes), StringComparison.Ordinal);
        Assert.Contains("'ci-1'", refused.Message, StringComparison.Ordinal);
        Assert.Contains("'ci-1'", audience.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_limit_is_noticed_before_and_a_change_at_the_limit_is_no_addition()
    {
        await using var bench = await StartAsync();
        var application = bench.Entra.AddApplication();
        foreach (var number in Enumerable.Range(1, 20))
        {
            application.AddFederatedCredential(GitHub, $"repo:contoso/orders:environment:{number}");
        }

        var refused = await Assert.ThrowsAsync<ChangeRefusedException>(() => PlanAsync(bench, application, Main));

        Assert.Contains("20 federated credentials", refused.Message, StringComparison.Ordinal);
        await ApplyAsync(bench, application, Main, "federated-20");
        Assert.Equal(20, (await ListAsync(bench, application)).Count);
    }

    [Theory]
    [InlineData(GitHub, "repo:contoso/orders:*", "star is a letter")]
    [InlineData(GitHub, "repo:contoso/orders:pull_request", "may open a pull request")]
    [InlineData("https://issuer.example", "orders", "is it yours?")]
    [InlineData("https://login.microsoftonline.com/99999999-0000-41af-91ab-2d7cd011db47/v2.0", "orders", "trusts another tenant")]
    public async Task Trust_in_too_much_and_in_nothing_is_noted(string issuer, string subject, string note)
    {
        await using var bench = await StartAsync();
        var application = bench.Entra.AddApplication();

        var request = new FederationRequest(new ClientId(application.ClientId), issuer, subject) { Name = "x-1" };
        var plan = await new FederationSetup(bench.Graph).PlanAsync(request);

        Assert.Contains(plan.Notes, text => text.Contains(note, StringComparison.Ordinal));
    }

    [Fact]
    public async Task An_application_that_is_not_there_and_a_missing_permission_are_told()
    {
        await using var bench = await ChangeBench.StartAsync(null, "Application.Read.All");
        var application = bench.Entra.AddApplication();

        var unknown = await Assert.ThrowsAsync<ChangeRefusedException>(() => new FederationSetup(bench.Graph).PlanAsync(
            new FederationRequest(new ClientId(Guid.NewGuid().ToString()), GitHub, Main)));
        var plan = await PlanAsync(bench, application, Main);
        var denied = await Assert.ThrowsAsync<GraphException>(() => plan.ApplyAsync());

        Assert.Contains("managed identity", unknown.Message, StringComparison.Ordinal);
        Assert.Equal(GraphErrorKind.PermissionMissing, denied.Error.Kind);
        Assert.Empty(await ListAsync(bench, application));
    }

    [Theory]
    [InlineData("http://issuer.example", "orders")]
    [InlineData("issuer", "orders")]
    [InlineData("https://issuer.example", "")]
    [InlineData("https://issuer.example", "a\nb")]
    public void A_request_that_Entra_would_refuse_is_an_error(string issuer, string subject) =>
        Assert.Throws<ArgumentException>(() => new FederationRequest(new ClientId(FakeGraph.Tenant), issuer, subject));

    [Theory]
    [InlineData("https://issuer.example/\u0001", "orders", "issuer")]
    [InlineData("https://issuer.example/", "orders\u0001", "subject")]
    public void A_control_character_is_told_of_the_value_that_has_it(string issuer, string subject, string name) =>
        Assert.Throws<ArgumentException>(name, () => new FederationRequest(new ClientId(FakeGraph.Tenant), issuer, subject));

    [Theory]
    [InlineData("ab")]
    [InlineData("-ab")]
    [InlineData("a b")]
    [InlineData("a/b/c")]
    public void A_name_that_is_no_part_of_an_address_is_an_error(string name) => Assert.Throws<ArgumentException>(() =>
        new FederationRequest(new ClientId(FakeGraph.Tenant), GitHub, Main) { Name = name });

    [Fact]
    public void A_name_is_made_of_any_subject()
    {
        Assert.Equal("federation-7", Name("7"));
        Assert.Equal("federation", Name("::"));
        Assert.InRange(Name(new string('a', 600)).Length, 3, 120);

        static string Name(string subject) => new FederationRequest(new ClientId(FakeGraph.Tenant), GitHub, subject).Name;
    }

    private static Task<ChangeBench> StartAsync() => ChangeBench.StartAsync(null, "Application.ReadWrite.All");

    private static Task<ChangePlan> PlanAsync(
        ChangeBench bench, EmulatedApplication application, string subject, string? name = null, string? audience = null)
    {
        var request = new FederationRequest(new ClientId(application.ClientId), GitHub, subject);
        return new FederationSetup(bench.Graph).PlanAsync(
            new FederationRequest(request.Application, GitHub, subject) { Name = name ?? request.Name, Audience = audience });
    }

    private static async Task ApplyAsync(ChangeBench bench, EmulatedApplication application, string subject, string name) =>
        await (await PlanAsync(bench, application, subject, name)).ApplyAsync();

    private static async Task<List<FederatedCredential>> ListAsync(ChangeBench bench, EmulatedApplication application)
    {
        var (_, body) = await bench.SendAsync("GET", $"v1.0/applications(appId='{application.ClientId}')?$select=id");
        var all = new List<FederatedCredential>();
        await foreach (var one in bench.Graph.ListFederatedCredentialsAsync(new ApplicationObjectId((string)body!["id"]!)))
        {
            all.Add(one);
        }

        return all;
    }
}
