using System.Collections.Concurrent;
using System.Threading.Channels;

namespace WorkloadIdentity.Tests;

/// <summary>A credential whose attempts wait for the test to answer them, or are answered by <see cref="Answer"/> at once.</summary>
internal sealed class ControlledCredential(FakeClock clock) : Credential
{
    private readonly Channel<PendingAcquisition> _pending = Channel.CreateUnbounded<PendingAcquisition>();
    private int _calls;
    private int _tokens;

    public override string Name => "controlled";

    public string? SharedAs { get; init; }

    public override string? Partition => SharedAs;

    public RequestFeatures Features { get; init; } =
        RequestFeatures.TenantId | RequestFeatures.UserAssertion | RequestFeatures.FmiPath | RequestFeatures.Claims;

    protected override RequestFeatures Supports => Features;

    /// <summary>Called when an acquirer normalizes a request, which is after its check for disposal.</summary>
    public Action? Normalizing { get; set; }

    /// <summary>Answers attempts at once; null leaves them pending.</summary>
    public Func<Acquisition, TokenResult>? Answer { get; set; }

    public int Calls => Volatile.Read(ref _calls);

    public ConcurrentQueue<Acquisition> Acquisitions { get; } = new();

    public static ControlledCredential Issuing(FakeClock clock, TimeSpan lifetime)
    {
        var credential = new ControlledCredential(clock);
        credential.Answer = _ => TokenResult.Issued(credential.NewToken(lifetime));
        return credential;
    }

    public AccessToken NewToken(TimeSpan lifetime) => new($"token-{Interlocked.Increment(ref _tokens)}", clock.Now + lifetime);

    /// <summary>The next attempt that waits for an answer.</summary>
    public async Task<PendingAcquisition> NextAsync() => await _pending.Reader.ReadAsync().AsTask().WaitAsync(Patience.Limit);

    internal override TokenRequest Normalize(TokenRequest request)
    {
        Normalizing?.Invoke();
        return request;
    }

    protected override async ValueTask<TokenResult> AcquireCoreAsync(Acquisition acquisition, CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _calls);
        Acquisitions.Enqueue(acquisition);
        if (Answer is { } answer)
        {
            return answer(acquisition);
        }

        var pending = new PendingAcquisition(acquisition, cancellationToken);
        _pending.Writer.TryWrite(pending);
        return await pending.Answer.Task;
    }
}

internal sealed record PendingAcquisition(Acquisition Acquisition, CancellationToken CancellationToken)
{
    public TaskCompletionSource<TokenResult> Answer { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public AccessToken Issue(AccessToken token)
    {
        Answer.SetResult(TokenResult.Issued(token));
        return token;
    }

    public void Fail(TokenErrorKind kind = TokenErrorKind.Unreachable, TimeSpan? retryAfter = null) =>
        Answer.SetResult(TokenResult.Failed(new TokenError(kind, "it failed") { RetryAfter = retryAfter }));
}
