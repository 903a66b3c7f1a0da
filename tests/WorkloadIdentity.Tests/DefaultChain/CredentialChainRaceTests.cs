namespace WorkloadIdentity.Tests;

/// <summary>Acquisitions that run side by side on a chain that has not chosen yet: all must end as one identity.</summary>
public sealed class CredentialChainRaceTests
{
    private static readonly TokenResult Absent = TokenResult.Unavailable(new TokenError(TokenErrorKind.NotConfigured, "not here"));
    private static readonly TokenResult Refused = TokenResult.Failed(new TokenError(TokenErrorKind.Refused, "no"));

    public static TheoryData<string> Late => ["issued", "failed", "unavailable"];

    [Theory]
    [MemberData(nameof(Late))]
    public async Task Whatever_a_late_racer_hears_the_chosen_one_answers(string late)
    {
        // The slow acquisition hangs on the first member, the quick one finds that member absent and is answered by the second.
        var slow = new TaskCompletionSource<TokenResult>();
        var first = Answering(slow.Task, _ => Absent);
        var second = ScriptedCredential.Issuing("two");
        var chain = new CredentialChain(first, second);

        var racing = AcquireAsync(chain, "api://slow/.default");
        var quick = await AcquireAsync(chain, "api://quick/.default");
        slow.SetResult(late switch
        {
            "issued" => ScriptedCredential.Token("one", new Acquisition(new TokenRequest("api://slow/.default"))),
            "failed" => Refused,
            _ => Absent,
        });
        var result = await racing;

        Assert.Equal("chain/two", quick.Token!.AcquiredBy);
        Assert.Equal("chain/two", result.Token!.AcquiredBy);
        Assert.Equal("two-for-api//slow/.default", result.Token.Value);
    }

    [Fact]
    public async Task A_failure_of_the_chosen_one_itself_is_final_and_not_asked_again()
    {
        var slow = new TaskCompletionSource<TokenResult>();
        var first = Answering(slow.Task, acquisition => ScriptedCredential.Token("one", acquisition));
        var second = ScriptedCredential.Issuing("two");
        var chain = new CredentialChain(first, second);

        var racing = AcquireAsync(chain, "api://slow/.default");
        await AcquireAsync(chain, "api://quick/.default");
        slow.SetResult(Refused);

        Assert.Equal(TokenVerdict.Failed, (await racing).Verdict);
        Assert.Equal(2, first.Asked.Count);
        Assert.Empty(second.Asked);
    }

    [Fact]
    public async Task A_caller_who_found_the_chosen_one_absent_asks_it_again_and_never_the_next()
    {
        var slow = new TaskCompletionSource<TokenResult>();
        var asked = 0;
        var first = new ScriptedCredential(
            "one",
            (acquisition, _) => ++asked == 1 ? slow.Task : Task.FromResult(ScriptedCredential.Token("one", acquisition)));
        var second = ScriptedCredential.Issuing("two");
        var chain = new CredentialChain(first, second);

        var racing = AcquireAsync(chain, "api://slow/.default");
        await AcquireAsync(chain, "api://quick/.default");
        slow.SetResult(Absent);

        Assert.Equal("chain/one", (await racing).Token!.AcquiredBy);
        Assert.Empty(second.Asked);
    }

    [Fact]
    public async Task However_racers_interleave_all_tokens_come_from_one_credential()
    {
        for (var seed = 0; seed < 200; seed++)
        {
            var random = new Random(seed);
            var gate = new Lock();
            var chain = new CredentialChain(Enumerable.Range(0, 3).Select(i => new ScriptedCredential($"{i}", async (acquisition, _) =>
            {
                int turns, fate;
                lock (gate)
                {
                    turns = random.Next(6);
                    fate = random.Next(10);
                }

                for (var turn = 0; turn < turns; turn++)
                {
                    await Task.Yield();
                }

                return fate < 5 ? ScriptedCredential.Token($"{i}", acquisition) : fate < 8 ? Absent : Refused;
            })));

            var results =
                await Task.WhenAll(Enumerable.Range(0, 16).Select(i => Task.Run(() => AcquireAsync(chain, $"api://{i}/.default"))));

            var winners =
                results.Where(result => result.Verdict == TokenVerdict.Issued).Select(result => result.Token!.AcquiredBy).Distinct();
            Assert.True(winners.Count() <= 1, $"Seed {seed}: {string.Join(", ", winners)}");
        }
    }

    /// <summary>The credential "one": it answers the slow scope when the test says so, and others at once.</summary>
    private static ScriptedCredential Answering(Task<TokenResult> slow, Func<Acquisition, TokenResult> quick) =>
        new("one", (acquisition, _) =>
            acquisition.Request.Scope.Contains("slow", StringComparison.Ordinal) ? slow : Task.FromResult(quick(acquisition)));

    private static Task<TokenResult> AcquireAsync(CredentialChain chain, string scope) =>
        chain.AcquireAsync(new Acquisition(new TokenRequest(scope)), CancellationToken.None).AsTask();
}
