using System.Collections.Concurrent;
using WorkloadIdentity.Tests;

namespace WorkloadIdentity.Schedules;

/// <summary>Issues a new token for an hour, or what <see cref="Answer"/> says, after others had a chance to run.</summary>
internal sealed class ScenarioCredential(FakeClock clock) : Credential
{
    private readonly ConcurrentDictionary<TokenRequest, int> _running = new();
    private int _tokens;

    public override string Name => "scenario";

    /// <summary>Decides by the number of the call, from 1.</summary>
    public Func<int, TokenResult>? Answer { get; set; }

    public ConcurrentQueue<Acquisition> Calls { get; } = new();

    public ConcurrentDictionary<TokenRequest, int> MostAtOnce { get; } = new();

    public int Running => _running.Values.Sum();

    protected override RequestFeatures Supports => RequestFeatures.UserAssertion | RequestFeatures.Claims;

    public TokenResult Issue(TimeSpan lifetime) => TokenResult.Issued(new AccessToken($"token-{++_tokens}", clock.Now + lifetime));

    public static TokenResult Fail(TokenErrorKind kind = TokenErrorKind.Unreachable) =>
        TokenResult.Failed(new TokenError(kind, "it failed"));

    protected override async ValueTask<TokenResult> AcquireCoreAsync(Acquisition acquisition, CancellationToken cancellationToken)
    {
        Calls.Enqueue(acquisition);
        var number = Calls.Count;
        var atOnce = _running.AddOrUpdate(acquisition.Request, 1, (_, count) => count + 1);
        MostAtOnce.AddOrUpdate(acquisition.Request, atOnce, (_, most) => Math.Max(most, atOnce));
        try
        {
            await Task.Yield();
            return Answer?.Invoke(number) ?? Issue(TimeSpan.FromHours(1));
        }
        finally
        {
            _running.AddOrUpdate(acquisition.Request, 0, (_, count) => count - 1);
        }
    }
}
