using Microsoft.Extensions.Logging;

namespace WorkloadIdentity.Tests;

public sealed class CredentialChainTests
{
    private static readonly TokenRequest Request = new("api://a/.default");

    [Fact]
    public void A_chain_of_nothing_or_with_a_gap_is_refused()
    {
        Assert.Throws<ArgumentException>(() => new CredentialChain());
        var empty = Assert.Throws<ArgumentException>(() => new CredentialChain(new List<Credential>()));
        Assert.StartsWith("A credential chain needs at least one credential.", empty.Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentNullException>("credentials", () => new CredentialChain(null!));
        foreach (var (credentials, number) in new (Credential[] Credentials, int Number)[]
        {
            ([null!, ScriptedCredential.Issuing("two")], 1), ([ScriptedCredential.Issuing("one"), null!], 2),
        })
        {
            var gap = Assert.Throws<ArgumentException>(() => new CredentialChain(credentials));
            Assert.StartsWith($"Credential number {number} of the chain is null.", gap.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Members_are_those_of_the_moment_of_construction()
    {
        var list = new List<Credential> { ScriptedCredential.Issuing("one") };
        var chain = new CredentialChain(list);
        list[0] = ScriptedCredential.Failing("two");

        Assert.Equal(TokenVerdict.Issued, (await AcquireAsync(chain)).Verdict);
    }

    [Fact]
    public async Task What_is_not_here_is_passed_over_and_the_first_that_issues_answers()
    {
        var last = ScriptedCredential.Issuing("three");
        var result = await AcquireAsync(new CredentialChain(ScriptedCredential.Absent("one"), ScriptedCredential.Issuing("two"), last));

        Assert.Equal("chain/two", result.Token!.AcquiredBy);
        Assert.Equal(["chain/one", "chain/two"], result.Attempts.Select(attempt => attempt.Credential));
        Assert.Equal([TokenVerdict.Unavailable, TokenVerdict.Issued], result.Attempts.Select(attempt => attempt.Verdict));
        Assert.Empty(last.Asked);
    }

    [Fact]
    public async Task A_failure_stops_the_chain_and_chooses_nobody()
    {
        var fails = true;
        var first = new ScriptedCredential("one", acquisition => fails
            ? TokenResult.Failed(new TokenError(TokenErrorKind.Refused, "no"))
            : TokenResult.Unavailable(new TokenError(TokenErrorKind.NotConfigured, "gone")));
        var second = ScriptedCredential.Issuing("two");
        var chain = new CredentialChain(first, second);

        var result = await AcquireAsync(chain);

        Assert.Equal(TokenVerdict.Failed, result.Verdict);
        Assert.Equal(TokenErrorKind.Refused, result.Error!.Kind);
        Assert.Empty(second.Asked);

        fails = false;
        Assert.Equal("chain/two", (await AcquireAsync(chain)).Token!.AcquiredBy);
    }

    [Fact]
    public async Task A_member_that_throws_is_a_failure()
    {
        var second = ScriptedCredential.Issuing("two");
        var chain =
            new CredentialChain(new ScriptedCredential("one", (Acquisition _) => throw new InvalidOperationException("boom")), second);

        var result = await AcquireAsync(chain);

        Assert.Equal(TokenVerdict.Failed, result.Verdict);
        Assert.IsType<InvalidOperationException>(result.Error!.Exception);
        Assert.Empty(second.Asked);
    }

    [Fact]
    public async Task The_first_to_issue_is_the_chain_for_every_scope_and_tenant_from_then_on()
    {
        var here = false;
        var first = new ScriptedCredential("one", acquisition => here
            ? ScriptedCredential.Token("one", acquisition)
            : TokenResult.Unavailable(new TokenError(TokenErrorKind.NotConfigured, "not here")))
        {
            Can = RequestFeatures.TenantId,
        };
        var verdict = TokenVerdict.Issued;
        var second = new ScriptedCredential("two", acquisition => verdict switch
        {
            TokenVerdict.Issued => ScriptedCredential.Token("two", acquisition),
            TokenVerdict.Failed => TokenResult.Failed(new TokenError(TokenErrorKind.Unreachable, "down")),
            _ => TokenResult.Unavailable(new TokenError(TokenErrorKind.NotConfigured, "gone")),
        })
        {
            Can = RequestFeatures.TenantId,
        };
        var chain = new CredentialChain(first, second);
        await AcquireAsync(chain);
        here = true;

        var other = await AcquireAsync(chain, new Acquisition(new TokenRequest("api://b/.default") { TenantId = "contoso.com" }));
        Assert.Equal("two-for-api//b/.default-in-tenant-contoso.com", other.Token!.Value);

        verdict = TokenVerdict.Failed;
        Assert.Equal(TokenErrorKind.Unreachable, (await AcquireAsync(chain)).Error!.Kind);
        verdict = TokenVerdict.Unavailable;
        var gone = await AcquireAsync(chain);
        Assert.Equal(TokenVerdict.Unavailable, gone.Verdict);
        Assert.Equal(["chain/two"], gone.Attempts.Select(attempt => attempt.Credential));
        verdict = TokenVerdict.Issued;
        Assert.Equal("chain/two", (await AcquireAsync(chain)).Token!.AcquiredBy);
        Assert.Single(first.Asked);
    }

    [Fact]
    public async Task When_nobody_is_here_every_reason_is_told_once()
    {
        var result =
            await AcquireAsync(
                new CredentialChain(ScriptedCredential.Absent("one"), ScriptedCredential.Absent("two", TokenErrorKind.TimedOut)));

        Assert.Equal(TokenVerdict.Unavailable, result.Verdict);
        Assert.Equal(TokenErrorKind.NotConfigured, result.Error!.Kind);
        Assert.True(result.Error.IsTransient);
        Assert.Equal(Request.Scope, result.Error.Scope);
        Assert.Contains("\n  one: one is not here.\n  two: two is not here.", result.Error.Message, StringComparison.Ordinal);

        var text = new TokenAcquisitionException(result.Error, result.Attempts).Message;
        Assert.Equal(2, text.Split("two is not here.").Length);
        Assert.Equal(2, text.Split("one is not here.").Length);
        Assert.DoesNotContain("Asked:", text, StringComparison.Ordinal);
        Assert.EndsWith("no-credential", result.Error.Help, StringComparison.Ordinal);
    }

    [Fact]
    public async Task When_nobody_is_here_the_tenant_that_was_asked_for_is_told()
    {
        var chain = new CredentialChain(AbsentThatCan("one"), AbsentThatCan("two"));

        var result = await AcquireAsync(chain, new Acquisition(Request.ForTenant("contoso.com")));

        Assert.Equal("contoso.com", result.Error!.TenantId);
    }

    [Fact]
    public void It_says_why_its_tokens_are_not_shared() => Assert.Equal(
        "A chain chooses one of its members at first use, so at start it is not known whose tokens would be shared. Use that member "
            + "instead of a chain.",
        new CredentialChain(ScriptedCredential.Issuing("one")).WhyNotShared);

    [Fact]
    public async Task When_all_agree_on_the_kind_it_is_kept()
    {
        var absent = await AcquireAsync(new CredentialChain(ScriptedCredential.Absent("one"), ScriptedCredential.Absent("two")));
        var unreachable = await AcquireAsync(new CredentialChain(ScriptedCredential.Absent("one", TokenErrorKind.Unreachable)));

        Assert.Equal(TokenErrorKind.NotConfigured, absent.Error!.Kind);
        Assert.False(absent.Error.IsTransient);
        Assert.Equal(TokenErrorKind.Unreachable, unreachable.Error!.Kind);
    }

    [Fact]
    public async Task Chains_nest()
    {
        var inner = new CredentialChain("inner", loggerFactory: null, [ScriptedCredential.Absent("one"), ScriptedCredential.Absent("two")]);
        var winner =
            new CredentialChain("other", loggerFactory: null, [ScriptedCredential.Absent("three"), ScriptedCredential.Issuing("four")]);

        var result = await AcquireAsync(new CredentialChain("outer", loggerFactory: null, [inner, winner]));
        Assert.Equal("outer/other/four", result.Token!.AcquiredBy);
        Assert.Equal(
            ["outer/inner/one", "outer/inner/two", "outer/other/three", "outer/other/four"],
            result.Attempts.Select(attempt => attempt.Credential));

        var nobody = await AcquireAsync(new CredentialChain("outer", loggerFactory: null, [inner, ScriptedCredential.Absent("five")]));
        Assert.Equal(TokenVerdict.Unavailable, nobody.Verdict);
        Assert.Contains(
            "\n  inner/one: one is not here.\n  inner/two: two is not here.\n  five: five is not here.",
            nobody.Error!.Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_failure_inside_an_inner_chain_stops_the_outer_one()
    {
        var last = ScriptedCredential.Issuing("last");

        var result = await AcquireAsync(new CredentialChain(new CredentialChain(ScriptedCredential.Failing("one")), last));

        Assert.Equal(TokenVerdict.Failed, result.Verdict);
        Assert.Empty(last.Asked);
    }

    [Fact]
    public async Task Every_member_of_several_has_alternatives_until_one_is_chosen()
    {
        var one = ScriptedCredential.Absent("one");
        var two = ScriptedCredential.Issuing("two");
        var chain = new CredentialChain(one, two);

        await AcquireAsync(chain);
        await AcquireAsync(chain);
        await AcquireAsync(chain, new Acquisition(Request) { HasAlternatives = true });

        Assert.Equal([true], one.Asked.Select(acquisition => acquisition.HasAlternatives));
        Assert.Equal([true, false, false], two.Asked.Select(acquisition => acquisition.HasAlternatives));
    }

    [Fact]
    public async Task A_single_member_has_the_alternatives_of_its_chain()
    {
        var alone = ScriptedCredential.Absent("one");
        var chain = new CredentialChain(alone);

        await AcquireAsync(chain);
        await AcquireAsync(new CredentialChain(chain, ScriptedCredential.Absent("two")));

        Assert.Equal([false, true], alone.Asked.Select(acquisition => acquisition.HasAlternatives));
    }

    [Fact]
    public async Task The_request_is_passed_on_whole()
    {
        var member = new ScriptedCredential("one", acquisition => ScriptedCredential.Token("one", acquisition))
        {
            Can = RequestFeatures.TenantId | RequestFeatures.UserAssertion | RequestFeatures.FmiPath | RequestFeatures.Claims,
        };
        var acquisition =
            new Acquisition(new TokenRequest("api://a/.default") { TenantId = "contoso.com", UserAssertion = "jwt", FmiPath = "x" })
            {
                Claims = "{}",
                Rejected = new AccessToken("old", DateTimeOffset.UnixEpoch),
            };

        await AcquireAsync(new CredentialChain(AbsentThatCan("absent"), member), acquisition);

        var asked = Assert.Single(member.Asked);
        Assert.Same(acquisition.Request, asked.Request);
        Assert.Same(acquisition.Rejected, asked.Rejected);
        Assert.Equal("{}", asked.Claims);
    }

    [Fact]
    public async Task A_member_that_cannot_express_a_request_fails_it_and_the_next_is_not_asked()
    {
        var next = AbsentThatCan("two");

        var result = await AcquireAsync(
            new CredentialChain(ScriptedCredential.Issuing("one"), next),
            new Acquisition(new TokenRequest("api://a/.default") { UserAssertion = "jwt" }));

        Assert.Equal(TokenVerdict.Failed, result.Verdict);
        Assert.Equal(TokenErrorKind.InvalidConfiguration, result.Error!.Kind);
        Assert.Empty(next.Asked);
    }

    [Fact]
    public async Task It_shares_tokens_with_nobody_even_after_it_has_chosen()
    {
        var chain = new CredentialChain(ScriptedCredential.Absent("one"), ScriptedCredential.Issuing("two"));
        Assert.Null(chain.Partition);

        await AcquireAsync(chain);

        Assert.Null(chain.Partition);
    }

    [Fact]
    public async Task The_choice_is_logged_once()
    {
        var log = new FakeLog();
        var chain = new CredentialChain("default chain", log, [ScriptedCredential.Absent("one"), ScriptedCredential.Issuing("two")]);

        await AcquireAsync(chain);
        await AcquireAsync(chain);

        var (level, id, text) = Assert.Single(log.Entries);
        Assert.Equal((LogLevel.Information, 200), (level, id));
        Assert.Contains("'default chain' uses 'two'", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Cancellation_ends_it_and_is_no_verdict()
    {
        using var cancellation = new CancellationTokenSource();
        var second = ScriptedCredential.Issuing("two");
        var chain = new CredentialChain(
            new ScriptedCredential("one", async (_, token) =>
            {
                await cancellation.CancelAsync();
                token.ThrowIfCancellationRequested();
                throw new InvalidOperationException("Unreachable.");
            }),
            second);

        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => chain.AcquireAsync(new Acquisition(Request), cancellation.Token).AsTask());
        Assert.Empty(second.Asked);
    }

    private static ScriptedCredential AbsentThatCan(string name) =>
        new(name, _ => TokenResult.Unavailable(new TokenError(TokenErrorKind.NotConfigured, "not here")))
        {
            Can = RequestFeatures.TenantId | RequestFeatures.UserAssertion | RequestFeatures.FmiPath | RequestFeatures.Claims,
        };

    private static Task<TokenResult> AcquireAsync(CredentialChain chain, Acquisition? acquisition = null) =>
        chain.AcquireAsync(acquisition ?? new Acquisition(Request), CancellationToken.None).AsTask();
}
