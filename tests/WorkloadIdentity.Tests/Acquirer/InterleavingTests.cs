using System.Collections.Concurrent;
using FsCheck;
using FsCheck.Fluent;

namespace WorkloadIdentity.Tests;

/// <summary>
/// Random programs of callers, cancellations, clock moves, renewals and outages against a small table: the laws hold in every one.
/// </summary>
public sealed class InterleavingTests
{
    public enum Move
    {
        Get,
        GetAndCancel,
        Renew,
        RenewWithClaims,
        Advance,
        SetBack,
        Issue,
        Fail,
    }

    [Fact]
    public void No_interleaving_serves_an_expired_token_or_flies_twice_for_a_request()
    {
        var program = Gen.ArrayOf(
            from step in Gen.Elements(Enum.GetValues<Move>())
            from key in Gen.Choose(0, 5)
            from amount in Gen.Choose(1, 200)
            select (step, key, amount),
            60);
        Prop.ForAll(program.ToArbitrary(), steps => WithoutContext.Run(() => RunAsync(steps)).GetAwaiter().GetResult())
            .Check(Config.QuickThrowOnFailure.WithMaxTest(200));
    }

    private static async Task<bool> RunAsync((Move Step, int Key, int Amount)[] steps)
    {
        var clock = new FakeClock();
        var credential = new CountingCredential(clock);
        var callers = new List<Task>();
        using (var acquirer =
            new TokenAcquirer(
                credential,
                new TokenAcquirerOptions
                {
                    TimeProvider = clock,
                    Capacity = 3,
                    OnBehalfOfCapacity = 2,
                    AcquisitionTimeLimit = TimeSpan.FromHours(1),
                }))
        {
            AccessToken? last = null;
            foreach (var (step, key, amount) in steps)
            {
                var request = new TokenRequest($"api://{key % 4}/.default") { UserAssertion = key > 3 ? "a-user" : null };
                switch (step)
                {
                    case Move.Get:
                        callers.Add(GetAsync(acquirer, clock, request, token => last = token, CancellationToken.None));
                        break;
                    case Move.GetAndCancel:
                        using (var cancellation = new CancellationTokenSource())
                        {
                            callers.Add(GetAsync(acquirer, clock, request, token => last = token, cancellation.Token));
                            await cancellation.CancelAsync();
                        }

                        break;
                    case Move.Renew or Move.RenewWithClaims:
                        callers.Add(RenewAsync(acquirer, request, last, step == Move.Renew ? null : "{}"));
                        break;
                    case Move.Advance:
                        clock.Advance(TimeSpan.FromSeconds(amount % 55));
                        break;
                    case Move.SetBack:
                        clock.SetWallClock(clock.Now.AddSeconds(-amount));
                        break;
                    case Move.Issue:
                        credential.Finish(fail: false, amount);
                        break;
                    case Move.Fail:
                        credential.Finish(fail: true, amount);
                        break;
                }

                await Task.Yield();
            }

            // Whatever still flies lands, so that every caller ends.
            credential.FinishAtOnce = true;
            await Patience.UntilAsync(() =>
            {
                credential.Finish(fail: false, 3600);
                return callers.TrueForAll(caller => caller.IsCompleted);
            });
        }

        await Task.WhenAll(callers);
        return credential.MostAtOnce.Values.All(most => most == 1);
    }

    private static async Task GetAsync(
        TokenAcquirer acquirer, FakeClock clock, TokenRequest request, Action<AccessToken> served, CancellationToken cancellationToken)
    {
        try
        {
            // A clock set back during the call may revive what had expired before it: then there is nothing to say.
            var (before, settings) = (clock.Now, clock.Settings);
            var token = await acquirer.GetTokenAsync(request, cancellationToken);
            Assert.True(token.ExpiresOn > before || clock.Settings > settings, "An expired token was served.");
            served(token);
        }
        catch (Exception exception) when (exception is OperationCanceledException or TokenAcquisitionException)
        {
        }
    }

    private static async Task RenewAsync(TokenAcquirer acquirer, TokenRequest request, AccessToken? rejected, string? claims)
    {
        try
        {
            await acquirer.RenewTokenAsync(request, rejected, claims);
        }
        catch (TokenAcquisitionException)
        {
        }
    }

    private sealed class CountingCredential(FakeClock clock) : Credential
    {
        private readonly ConcurrentQueue<TaskCompletionSource<(bool Fail, int Seconds)>> _waiting = new();
        private readonly ConcurrentDictionary<TokenRequest, int> _now = new();
        private int _tokens;

        public override string Name => "counting";

        protected override RequestFeatures Supports => RequestFeatures.UserAssertion | RequestFeatures.Claims;

        public ConcurrentDictionary<TokenRequest, int> MostAtOnce { get; } = new();

        public bool FinishAtOnce { get; set; }

        public void Finish(bool fail, int seconds)
        {
            if (_waiting.TryDequeue(out var oldest))
            {
                oldest.TrySetResult((fail, seconds));
            }
        }

        protected override async ValueTask<TokenResult> AcquireCoreAsync(Acquisition acquisition, CancellationToken cancellationToken)
        {
            var atOnce = _now.AddOrUpdate(acquisition.Request, 1, (_, count) => count + 1);
            MostAtOnce.AddOrUpdate(acquisition.Request, atOnce, (_, most) => Math.Max(most, atOnce));
            try
            {
                var answer = new TaskCompletionSource<(bool Fail, int Seconds)>(TaskCreationOptions.RunContinuationsAsynchronously);
                _waiting.Enqueue(answer);
                await using var end = cancellationToken.Register(() => answer.TrySetCanceled(cancellationToken));
                var (fail, seconds) = FinishAtOnce ? (false, 3600) : await answer.Task;
                return fail
                    ? TokenResult.Failed(new TokenError(TokenErrorKind.Unreachable, "down"))
                    : TokenResult.Issued(new AccessToken($"token-{Interlocked.Increment(ref _tokens)}", clock.Now.AddSeconds(seconds)));
            }
            finally
            {
                _now.AddOrUpdate(acquisition.Request, 0, (_, count) => count - 1);
            }
        }
    }
}
