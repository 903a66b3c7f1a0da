using System.Collections.Concurrent;

namespace WorkloadIdentity.Tests;

/// <summary>A credential that answers what a test says, and keeps what it was asked.</summary>
internal sealed class ScriptedCredential(string name, Func<Acquisition, CancellationToken, Task<TokenResult>> answer) : Credential
{
    private readonly ConcurrentQueue<Acquisition> _asked = new();

    public ScriptedCredential(string name, Func<Acquisition, TokenResult> answer)
        : this(name, (acquisition, _) => Task.FromResult(answer(acquisition)))
    {
    }

    public override string Name => name;

    public override string? Partition => $"partition of {name}";

    public IReadOnlyList<Acquisition> Asked => [.. _asked];

    /// <summary>What requests may carry; nothing when not set.</summary>
    public RequestFeatures Can { get; init; }

    protected override RequestFeatures Supports => Can;

    public static ScriptedCredential Issuing(string name) => new(name, acquisition => Token(name, acquisition));

    public static ScriptedCredential Absent(string name, TokenErrorKind kind = TokenErrorKind.NotConfigured) =>
        new(name, _ => TokenResult.Unavailable(new TokenError(kind, $"{name} is not here.")));

    public static ScriptedCredential Failing(string name) =>
        new(name, _ => TokenResult.Failed(new TokenError(TokenErrorKind.Refused, $"{name} was refused.")));

    public static TokenResult Token(string name, Acquisition acquisition) =>
        TokenResult.Issued(new AccessToken(
            $"{name}-for-{acquisition.Request}".Replace(":", "", StringComparison.Ordinal).Replace(' ', '-'),
            new DateTimeOffset(2099, 1, 2, 0, 0, 0, TimeSpan.Zero)));

    protected override ValueTask<TokenResult> AcquireCoreAsync(Acquisition acquisition, CancellationToken cancellationToken)
    {
        _asked.Enqueue(acquisition);
        return new(answer(acquisition, cancellationToken));
    }
}
