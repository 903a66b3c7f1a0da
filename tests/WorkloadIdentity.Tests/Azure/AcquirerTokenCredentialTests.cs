using Azure.Core;
using Azure.Identity;
using WorkloadIdentity.Azure;

namespace WorkloadIdentity.Tests;

public sealed class AcquirerTokenCredentialTests
{
    private const string Scope = "https://vault.azure.net/.default";
    private const string Tenant = "72f988bf-86f1-41af-91ab-2d7cd011db47";
    private const string Claims = """{"access_token":{"nbf":{"essential":true,"value":"1604106651"}}}""";
    private const RequestFeatures Everything =
        RequestFeatures.TenantId | RequestFeatures.UserAssertion | RequestFeatures.FmiPath | RequestFeatures.Claims;

    private static readonly TokenRequestContext WithProofOfPossession = new(
        [Scope],
        isProofOfPossessionEnabled: true,
        proofOfPossessionNonce: "nonce",
        requestUri: new Uri("https://vault.example/"),
        requestMethod: "GET");

    private readonly FakeTokens _tokens = new();

    [Fact]
    public async Task What_the_client_asks_for_is_what_is_acquired()
    {
        await GetAsync(new TokenRequestContext([Scope], tenantId: Tenant, isCaeEnabled: true));
        await GetAsync(new TokenRequestContext([Scope], claims: ""));

        Assert.Equal([new TokenRequest(Scope) { TenantId = Tenant, ContinuousAccess = true }, new TokenRequest(Scope)], _tokens.Requests);
        Assert.Empty(_tokens.Renewals);
    }

    [Fact]
    public async Task What_is_granted_is_handed_on_with_its_refresh_hint()
    {
        var refreshOn = new DateTimeOffset(2029, 12, 31, 0, 0, 0, TimeSpan.Zero);
        var granted = new AccessToken("t", new DateTimeOffset(2030, 1, 1, 0, 0, 0, TimeSpan.Zero), refreshOn, "pop");
        _tokens.OnGet = (_, _) => ValueTask.FromResult(granted);

        var token = await GetAsync(new TokenRequestContext([Scope]));

        Assert.Equal(("t", granted.ExpiresOn, refreshOn, "pop"), (token.Token, token.ExpiresOn, token.RefreshOn, token.TokenType));
    }

    [Fact]
    public async Task Claims_renew_and_the_same_claims_are_answered_with_the_same_token()
    {
        var credential =
            new ScriptedCredential(
                "app",
                acquisition =>
                    TokenResult.Issued(
                        FakeTokens.Token(acquisition.Claims is null ? "plain" : $"claims-{Guid.NewGuid():N}")))
            { Can = Everything };
        using var acquirer = new TokenAcquirer(credential);
        var azure = acquirer.AsTokenCredential();

        var plain = await azure.GetTokenAsync(new TokenRequestContext([Scope]), default);
        var first = await azure.GetTokenAsync(new TokenRequestContext([Scope], claims: Claims), default);
        var second = await azure.GetTokenAsync(new TokenRequestContext([Scope], claims: Claims), default);
        var later = await acquirer.GetTokenAsync(new TokenRequest(Scope));

        Assert.Equal("plain", plain.Token);
        Assert.Equal([first.Token, first.Token], [second.Token, later.Value]);
        Assert.Equal([null, Claims], credential.Asked.Select(asked => asked.Claims));
    }

    [Theory]
    [InlineData("without a scope")]
    [InlineData(
        "2 scopes (https://a.example/.default, https://b.example/.default)", "https://a.example/.default", "https://b.example/.default")]
    [InlineData("scope is empty", "")]
    public async Task Scopes_that_are_no_one_resource_are_an_error_that_says_so(string says, params string[] scopes)
    {
        var exception = await Assert.ThrowsAsync<AuthenticationFailedException>(() => GetAsync(new TokenRequestContext(scopes)));

        Assert.Contains(says, exception.Message, StringComparison.Ordinal);
        Assert.Equal(TokenErrorKind.InvalidConfiguration, Assert.IsType<TokenAcquisitionException>(exception.InnerException).Error.Kind);
        Assert.Empty(_tokens.Requests);
    }

    [Fact]
    public async Task A_context_that_was_never_filled_in_is_the_same_error()
    {
        var exception = await Assert.ThrowsAsync<AuthenticationFailedException>(() => GetAsync(default));

        Assert.Contains("without a scope", exception.Message, StringComparison.Ordinal);
    }

    /// <summary>
    /// As the Azure SDK's own credentials do: proof of possession is a wish, and the token's type says whether it came true.
    /// </summary>
    [Fact]
    public async Task Proof_of_possession_is_answered_with_a_bearer_token_that_says_so_and_logged_once()
    {
        var log = new FakeLog();
        var credential = _tokens.AsTokenCredential(log);
        for (var time = 0; time < 2; time++)
        {
            var token = await credential.GetTokenAsync(WithProofOfPossession, default);
            Assert.Equal(("Bearer", null), (token.TokenType, token.BindingCertificate));
            Assert.Equal("Bearer", credential.GetToken(WithProofOfPossession, default).TokenType);
        }

        Assert.Equal(1, log.Count(220));
    }

    [Fact]
    public async Task A_credential_for_a_user_and_one_without_a_log_answer_proof_of_possession_the_same()
    {
        foreach (var credential in new[] { _tokens.AsTokenCredential(), _tokens.AsTokenCredential("a-user") })
        {
            Assert.Equal("Bearer", (await credential.GetTokenAsync(WithProofOfPossession, default)).TokenType);
        }
    }

    [Fact]
    public async Task Whoever_does_not_ask_for_proof_of_possession_is_told_nothing_of_it()
    {
        var log = new FakeLog();

        await _tokens.AsTokenCredential(log).GetTokenAsync(new TokenRequestContext([Scope]), default);

        Assert.Equal(0, log.Count(220));
    }

    [Theory]
    [InlineData("contoso.com/../other")]
    [InlineData("consumers")]
    public async Task A_tenant_that_is_none_is_an_error(string tenant)
    {
        var exception =
            await Assert.ThrowsAsync<AuthenticationFailedException>(() => GetAsync(new TokenRequestContext([Scope], tenantId: tenant)));

        Assert.DoesNotContain("(Parameter", exception.Message, StringComparison.Ordinal);
        Assert.Empty(_tokens.Requests);
    }

    [Theory]
    [InlineData("common")]
    [InlineData("Organizations")]
    [InlineData("")]
    public async Task Words_that_stand_for_no_tenant_name_none(string tenant)
    {
        await GetAsync(new TokenRequestContext([Scope], tenantId: tenant));

        Assert.Equal([new TokenRequest(Scope)], _tokens.Requests);
    }

    [Fact]
    public async Task A_tenant_is_a_hint_that_an_identity_of_one_tenant_drops_and_remembers()
    {
        var credential = ScriptedCredential.Issuing("host");
        using var acquirer = new TokenAcquirer(credential);
        var azure = acquirer.AsTokenCredential();
        var asked = new TokenRequestContext([Scope], tenantId: Tenant, isCaeEnabled: true);

        var token = await azure.GetTokenAsync(asked, default);
        var again = azure.GetTokenAsync(asked, default);

        Assert.True(again.IsCompleted, "a held token is there at once");
        Assert.Equal(token.Token, (await again).Token);
        Assert.Equal([new TokenRequest(Scope) { ContinuousAccess = true }], credential.Asked.Select(each => each.Request));
    }

    [Fact]
    public async Task Claims_an_identity_of_one_tenant_cannot_carry_bring_the_token_it_has()
    {
        using var acquirer = new TokenAcquirer(ScriptedCredential.Issuing("host"));
        var azure = acquirer.AsTokenCredential();

        var token = await azure.GetTokenAsync(new TokenRequestContext([Scope], tenantId: Tenant), default);
        var afterClaims = await azure.GetTokenAsync(new TokenRequestContext([Scope], tenantId: Tenant, claims: Claims), default);

        Assert.Equal(token.Token, afterClaims.Token);
    }

    [Fact]
    public async Task A_chain_that_settles_on_an_application_asks_in_the_named_tenant()
    {
        // The managed identity of the first attempt cannot be asked in a tenant; without one it is not there, and the application answers.
        var application = new ScriptedCredential("app", acquisition => ScriptedCredential.Token("app", acquisition)) { Can = Everything };
        using var acquirer = new TokenAcquirer(new CredentialChain(ScriptedCredential.Absent("managed identity"), application));

        var token = await acquirer.AsTokenCredential().GetTokenAsync(new TokenRequestContext([Scope], tenantId: Tenant), default);

        Assert.EndsWith(Tenant, token.Token, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_applications_refusal_of_a_tenant_is_never_answered_in_its_own()
    {
        var credential =
            new ScriptedCredential(
                "app", _ => TokenResult.Failed(new TokenError(TokenErrorKind.NotAllowed, "not that tenant")))
            { Can = Everything };
        using var acquirer = new TokenAcquirer(credential);

        await Assert.ThrowsAsync<AuthenticationFailedException>(async () =>
            await acquirer.AsTokenCredential().GetTokenAsync(new TokenRequestContext([Scope], tenantId: Tenant), default));

        Assert.Equal([Tenant], credential.Asked.Select(asked => asked.Request.TenantId));
    }

    [Theory]
    [InlineData(null)]
    [InlineData(Tenant)]
    public async Task A_user_is_never_dropped(string? tenant)
    {
        var credential = ScriptedCredential.Issuing("host");
        using var acquirer = new TokenAcquirer(credential);

        var exception = await Assert.ThrowsAsync<AuthenticationFailedException>(async () =>
            await acquirer.AsTokenCredential("canary-user").GetTokenAsync(new TokenRequestContext([Scope], tenantId: tenant), default));

        Assert.Contains("on behalf of a user", exception.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("canary", exception.ToString(), StringComparison.Ordinal);
        Assert.Empty(credential.Asked);
    }

    [Fact]
    public async Task A_users_tenant_is_no_hint()
    {
        var credential =
            new ScriptedCredential(
                "app", acquisition => ScriptedCredential.Token("app", acquisition))
            { Can = RequestFeatures.UserAssertion };
        using var acquirer = new TokenAcquirer(credential);

        await Assert.ThrowsAsync<AuthenticationFailedException>(async () =>
            await acquirer.AsTokenCredential("user").GetTokenAsync(new TokenRequestContext([Scope], tenantId: Tenant), default));

        Assert.Empty(credential.Asked);
    }

    [Fact]
    public async Task On_behalf_of_a_user_permissions_travel_together()
    {
        var azure = _tokens.AsTokenCredential("canary-user");

        await azure.GetTokenAsync(
            new TokenRequestContext(["https://graph.microsoft.com/User.Read", "https://graph.microsoft.com/Mail.Read"]), default);

        var request = Assert.Single(_tokens.Requests);
        Assert.Equal(
            ("https://graph.microsoft.com/User.Read https://graph.microsoft.com/Mail.Read", "canary-user"),
            (request.Scope, request.UserAssertion));
        Assert.DoesNotContain("canary", $"{azure}", StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => _tokens.AsTokenCredential("two\r\nlines"));
        Assert.Throws<ArgumentException>(() => _tokens.AsTokenCredential(" "));
    }

    [Fact]
    public async Task Nothing_here_lets_a_chain_of_Azure_go_on_and_a_failure_stops_it()
    {
        using var absent = new TokenAcquirer(new CredentialChain(ScriptedCredential.Absent("a"), ScriptedCredential.Absent("b")));
        using var failing = new TokenAcquirer(new CredentialChain(ScriptedCredential.Absent("a"), ScriptedCredential.Failing("b")));
        var next = _tokens.AsTokenCredential();

        var token =
            await new ChainedTokenCredential(absent.AsTokenCredential(), next).GetTokenAsync(new TokenRequestContext([Scope]), default);
        var exception = await Assert.ThrowsAsync<AuthenticationFailedException>(async () =>
            await new ChainedTokenCredential(failing.AsTokenCredential(), next).GetTokenAsync(new TokenRequestContext([Scope]), default));

        Assert.Equal("t1", token.Token);
        Assert.Contains("b was refused", exception.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_failure_keeps_what_we_know_of_it()
    {
        var error =
            new TokenError(TokenErrorKind.Refused, "No consent.") { Category = TokenErrorCategory.Consent, EntraErrorCodes = [65001] };
        _tokens.OnGet = (_, _) => throw new TokenAcquisitionException(error);

        var exception = await Assert.ThrowsAsync<AuthenticationFailedException>(() => GetAsync(new TokenRequestContext([Scope])));

        Assert.Same(error, Assert.IsType<TokenAcquisitionException>(exception.InnerException).Error);
        Assert.Equal(error.HelpLink?.OriginalString, exception.HelpLink);
        Assert.StartsWith("No consent.", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_callers_cancellation_is_not_wrapped()
    {
        using var acquirer = new TokenAcquirer(new ScriptedCredential("slow", async (_, end) =>
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, end);
            throw new InvalidOperationException();
        }));
        using var cancellation = new CancellationTokenSource();

        var waiting = acquirer.AsTokenCredential().GetTokenAsync(new TokenRequestContext([Scope]), cancellation.Token);
        await cancellation.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await waiting);
        Assert.ThrowsAny<OperationCanceledException>(
            () => acquirer.AsTokenCredential().GetToken(new TokenRequestContext([Scope]), cancellation.Token));
    }

    [Fact]
    public void A_held_token_is_taken_on_the_callers_own_thread()
    {
        var thread = 0;
        _tokens.OnGet = (_, _) =>
        {
            thread = Environment.CurrentManagedThreadId;
            return ValueTask.FromResult(_tokens.Current);
        };

        _tokens.AsTokenCredential().GetToken(new TokenRequestContext([Scope]), default);

        Assert.Equal(Environment.CurrentManagedThreadId, thread);
    }

    [Fact]
    public void Waiting_does_not_deadlock_under_a_synchronization_context()
    {
        _tokens.OnGet = async (_, _) =>
        {
            await Task.Yield();
            return _tokens.Current;
        };
        var token = "";
        var thread = new Thread(() =>
        {
            SynchronizationContext.SetSynchronizationContext(new OneThreadContext());
            token = _tokens.AsTokenCredential().GetToken(new TokenRequestContext([Scope]), default).Token;
            Assert.IsType<OneThreadContext>(SynchronizationContext.Current);
        });
        thread.IsBackground = true;
        thread.Start();

        Assert.True(thread.Join(TimeSpan.FromSeconds(30)), "the caller's thread waits for work that waits for it");
        Assert.Equal("t1", token);
    }

    [Fact]
    public async Task Waiting_does_not_deadlock_under_a_task_scheduler_of_one_thread()
    {
        _tokens.OnGet = async (_, _) =>
        {
            await Task.Yield();
            return _tokens.Current;
        };
        var scheduler = new ConcurrentExclusiveSchedulerPair().ExclusiveScheduler;

        var get = Task.Factory.StartNew(
            () => _tokens.AsTokenCredential().GetToken(new TokenRequestContext([Scope]), default), CancellationToken.None,
            TaskCreationOptions.None, scheduler);

        Assert.Equal("t1", (await get.WaitAsync(TimeSpan.FromSeconds(30))).Token);
    }

    private async Task<global::Azure.Core.AccessToken> GetAsync(TokenRequestContext asked) =>
        await _tokens.AsTokenCredential().GetTokenAsync(asked, default);
}
