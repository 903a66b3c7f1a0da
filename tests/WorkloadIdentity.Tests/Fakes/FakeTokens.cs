using System.Collections.Concurrent;

namespace WorkloadIdentity.Tests;

/// <summary>
/// A token acquirer of the handler's tests: tokens t1, t2, … ; each renewal brings the next one unless a test says otherwise.
/// </summary>
internal sealed class FakeTokens : ITokenAcquirer
{
    private readonly ConcurrentQueue<TokenRequest> _requests = new();
    private readonly ConcurrentQueue<Renewal> _renewals = new();
    private int _count = 1;

    public AccessToken Current { get; private set; } = Token("t1");

    public IReadOnlyList<TokenRequest> Requests => [.. _requests];

    public IReadOnlyList<Renewal> Renewals => [.. _renewals];

    /// <summary>Answers <see cref="GetTokenAsync"/>; null gives <see cref="Current"/> at once.</summary>
    public Func<TokenRequest, CancellationToken, ValueTask<AccessToken>>? OnGet { get; set; }

    /// <summary>Answers <see cref="RenewTokenAsync"/>; null gives the next token at once.</summary>
    public Func<Renewal, CancellationToken, ValueTask<AccessToken>>? OnRenew { get; set; }

    public static AccessToken Token(string value) => new(value, new DateTimeOffset(2030, 1, 1, 0, 0, 0, TimeSpan.Zero));

    public AccessToken Next() => Current = Token($"t{++_count}");

    public ValueTask<AccessToken> GetTokenAsync(TokenRequest request, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        _requests.Enqueue(request);
        return OnGet?.Invoke(request, cancellationToken) ?? ValueTask.FromResult(Current);
    }

    public ValueTask<AccessToken> RenewTokenAsync(
        TokenRequest request, AccessToken? rejected, string? claims = null, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var renewal = new Renewal(request, rejected, claims);
        _renewals.Enqueue(renewal);
        return OnRenew?.Invoke(renewal, cancellationToken) ?? ValueTask.FromResult(Next());
    }

    public sealed record Renewal(TokenRequest Request, AccessToken? Rejected, string? Claims);
}
