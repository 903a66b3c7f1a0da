using Microsoft.Extensions.DependencyInjection;

namespace WorkloadIdentity.Tests;

public sealed class DefaultChainMemberTests : IDisposable
{
    private static readonly TokenRequest Request = new("api://orders/.default");

    private readonly FakeLog _log = new();
    private readonly Dictionary<string, string> _variables = [];

    public void Dispose() => _log.Dispose();

    [Theory]
    [InlineData("")]
    [InlineData("GitHub")]
    [InlineData("git hub")]
    [InlineData("git,hub")]
    [InlineData("-github")]
    [InlineData("git--hub")]
    public void A_kind_is_named_in_lower_case_words(string kind) => Assert.Throws<ArgumentException>(nameof(kind), () => Member(kind));

    [Theory]
    [InlineData("secret")]
    [InlineData("managed-identity")]
    [InlineData("github")]
    public async Task A_kind_stands_in_the_chain_once(string kind)
    {
        var thrown = await Assert.ThrowsAsync<ArgumentException>("Members", () => AcquireAsync(Member("github"), Member(kind)));

        Assert.Contains($"two credentials of the kind '{kind}'", thrown.Message, StringComparison.Ordinal);
        Assert.Contains("DefaultCredentialsOptions.Members[1]", thrown.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_member_that_is_null_is_refused_with_its_place() =>
        Assert.Contains(
            "DefaultCredentialsOptions.Members[1] is null",
            (await Assert.ThrowsAsync<ArgumentException>("Members", () => AcquireAsync(Member("github"), null!))).Message,
            StringComparison.Ordinal);

    [Fact]
    public async Task A_registered_identity_refuses_a_kind_that_was_added_twice()
    {
        var services = new ServiceCollection();
        services.AddSingleton(WorkloadEnvironment.FromValues(_variables));
        services.AddWorkloadIdentity("orders").UseDefaultChain(chain =>
        {
            chain.Add(Member("github"));
            chain.Add(Member("github"));
        });
        await using var provider = services.BuildServiceProvider();

        Assert.Contains(
            "The identity 'orders': Members cannot be used. The default chain has two credentials of the kind 'github'.",
            Assert.Throws<Microsoft.Extensions.Options.OptionsValidationException>(
                () => provider.GetRequiredKeyedService<ITokenAcquirer>("orders")).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task Assertion_sources_are_asked_before_members_of_other_kinds()
    {
        (_variables["AZURE_TENANT_ID"], _variables["AZURE_CLIENT_ID"]) = (EntraFake.Tenant, EntraFake.ClientId);
        var options = new DefaultCredentialsOptions { Environment = WorkloadEnvironment.FromValues(_variables) };
        options.Members.Add(Member("own"));
        options.Members.Add(AssertionSource.GitHubActions()).Add(AssertionSource.AzurePipelines());

        var result = await DefaultCredentials.FromEnvironment(options).AcquireAsync(new Acquisition(Request), CancellationToken.None);

        Assert.Equal(
            ["client secret", "client certificate", "federated token file", "github actions", "azure pipelines", "own"],
            result.Attempts.Select(attempt => attempt.Credential.Split('/')[^1]));
    }

    [Fact]
    public async Task Members_are_asked_in_their_order_before_managed_identity()
    {
        var result = await AcquireAsync(Absent("one"), Absent("two"), Member("three"));

        Assert.Equal(
            ["client secret", "client certificate", "federated token file", "one", "two", "three"],
            result.Attempts.Select(attempt => attempt.Credential.Split('/')[^1]));
    }

    [Fact]
    public async Task One_that_waits_to_be_picked_is_left_out_until_it_is()
    {
        var member =
            new DefaultChainMember("github", _ => ScriptedCredential.Issuing("github")) { OnlyWhenPicked = true, PickedBy = ["ci"] };

        var without = await AcquireAsync(member, Member("other"));
        _variables["AZURE_TOKEN_CREDENTIALS"] = "CI";
        var with = await AcquireAsync(member, Member("other"));

        Assert.StartsWith("other", without.Token!.Value, StringComparison.Ordinal);
        Assert.StartsWith("github", with.Token!.Value, StringComparison.Ordinal);
        Assert.Single(with.Attempts);
    }

    [Fact]
    public async Task What_picks_members_is_among_the_values_that_are_known()
    {
        _variables["AZURE_TOKEN_CREDENTIALS"] = "no-such-thing";

        var result =
            await AcquireAsync(new DefaultChainMember("github", _ => ScriptedCredential.Issuing("x")) { PickedBy = ["prod", "ci"] });

        Assert.Contains(
            "prod, EnvironmentCredential, WorkloadIdentityCredential, ci, ManagedIdentityCredential.",
            result.Error!.Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_kind_can_be_allowed_by_its_name_and_one_that_is_not_allowed_and_announced_fails()
    {
        _variables["GITHUB"] = "here";
        _variables["WORKLOAD_IDENTITY_ALLOW"] = "secret";
        var member = new DefaultChainMember("github", _ => ScriptedCredential.Issuing("github")) { AnnouncedBy = ["GITHUB"] };

        var forbidden = await AcquireAsync(member);
        _variables["WORKLOAD_IDENTITY_ALLOW"] = "GitHub";
        var allowed = await AcquireAsync(member);

        Assert.Equal(TokenErrorKind.NotAllowed, forbidden.Error!.Kind);
        Assert.Contains("GITHUB is set", forbidden.Error.Message, StringComparison.Ordinal);
        Assert.Equal(TokenVerdict.Issued, allowed.Verdict);
    }

    [Fact]
    public async Task One_that_is_not_allowed_and_not_announced_is_not_mentioned()
    {
        _variables["WORKLOAD_IDENTITY_ALLOW"] = "secret";

        var result =
            await AcquireAsync(new DefaultChainMember("github", _ => ScriptedCredential.Issuing("github")) { AnnouncedBy = ["GITHUB"] });

        Assert.DoesNotContain(result.Attempts, attempt => attempt.Credential.Contains("github", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Two_that_are_announced_are_warned_of()
    {
        _variables["AZURE_CLIENT_SECRET"] = "secret-canary";
        _variables["GITHUB"] = "here";

        await AcquireAsync(new DefaultChainMember("github", _ => ScriptedCredential.Issuing("github")) { AnnouncedBy = ["GITHUB"] });

        Assert.Contains(
            "'client secret' is used, 'github' is not",
            Assert.Single(_log.Entries, entry => entry.Id == 201).Text,
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_function_that_makes_nothing_is_named() =>
        Assert.Contains(
            "'github'",
            (await Assert.ThrowsAsync<InvalidOperationException>(() => AcquireAsync(new DefaultChainMember("github", _ => null!)))).Message,
            StringComparison.Ordinal);

    [Fact]
    public async Task A_registered_identity_adds_them_where_it_chooses_the_chain()
    {
        var services = new ServiceCollection();
        services.AddSingleton(WorkloadEnvironment.FromValues(_variables));
        services.AddWorkloadIdentity().UseDefaultChain(chain => chain.Add(Member("github")));
        await using var provider = services.BuildServiceProvider();

        Assert.Equal("default chain/github", (await provider.GetRequiredService<ITokenAcquirer>().GetTokenAsync(Request)).AcquiredBy);
    }

    private static DefaultChainMember Member(string kind) => new(kind, _ => ScriptedCredential.Issuing(kind));

    private static DefaultChainMember Absent(string kind) => new(kind, _ => ScriptedCredential.Absent(kind));

    private Task<TokenResult> AcquireAsync(params DefaultChainMember[] members)
    {
        var options = new DefaultCredentialsOptions { Environment = WorkloadEnvironment.FromValues(_variables), LoggerFactory = _log };
        foreach (var member in members)
        {
            options.Members.Add(member);
        }

        options.ManagedIdentityHttpClient = new FakeServer().Refuse().Client;
        return Task.Run(
            () => DefaultCredentials.FromEnvironment(options).AcquireAsync(new Acquisition(Request), CancellationToken.None).AsTask());
    }
}
