using System.Collections.Concurrent;

namespace WorkloadIdentity.Testing;

/// <summary>
/// A credential for plain unit tests: it answers what it is told to, at once, without a server, and remembers what it was asked.
/// It supports every kind of request. Safe for concurrent use.
/// </summary>
public sealed class FakeCredential : Credential
{
    private readonly Func<Acquisition, TokenResult> _answer;
    private readonly ConcurrentQueue<Acquisition> _acquisitions = new();

    private FakeCredential(Func<Acquisition, TokenResult> answer) => _answer = answer;

    /// <summary><c>fake</c>.</summary>
    public override string Name => "fake";

    /// <summary>What it was asked, in order.</summary>
    public IReadOnlyList<Acquisition> Acquisitions => [.. _acquisitions];

    /// <inheritdoc/>
    protected override RequestFeatures Supports => RequestFeatures.All;

    /// <summary>Issues the same token value each time, living from then on.</summary>
    /// <param name="token">The token's value.</param>
    /// <param name="lifetime">How long it lives; one hour when null.</param>
    /// <param name="timeProvider">The clock it lives by; the system's when null.</param>
    /// <exception cref="ArgumentException"><paramref name="token"/> cannot stand in an HTTP header.</exception>
    public static FakeCredential Issuing(string token, TimeSpan? lifetime = null, TimeProvider? timeProvider = null)
    {
        _ = new AccessToken(token, DateTimeOffset.MaxValue);
        return Issuing(_ => token, lifetime, timeProvider);
    }

    /// <summary>Issues a token value made for the request.</summary>
    /// <param name="token">Makes the value. An exception it throws becomes a failure.</param>
    /// <param name="lifetime">How long it lives; one hour when null.</param>
    /// <param name="timeProvider">The clock it lives by; the system's when null.</param>
    public static FakeCredential Issuing(Func<TokenRequest, string> token, TimeSpan? lifetime = null, TimeProvider? timeProvider = null)
    {
        ArgumentNullException.ThrowIfNull(token);
        var clock = timeProvider ?? TimeProvider.System;
        return Issuing(request => new AccessToken(token(request), clock.GetUtcNow() + (lifetime ?? TimeSpan.FromHours(1))));
    }

    /// <summary>Issues a token made for the request.</summary>
    /// <param name="token">Makes the token. An exception it throws becomes a failure.</param>
    public static FakeCredential Issuing(Func<TokenRequest, AccessToken> token)
    {
        ArgumentNullException.ThrowIfNull(token);
        return Answering(acquisition => TokenResult.Issued(token(acquisition.Request)));
    }

    /// <summary>Fails each time.</summary>
    public static FakeCredential Failing(TokenError error)
    {
        ArgumentNullException.ThrowIfNull(error);
        return Answering(_ => TokenResult.Failed(error));
    }

    /// <summary>Fails each time, as a server that refuses.</summary>
    /// <param name="message">The error's message.</param>
    public static FakeCredential Failing(string message = "The fake credential was told to fail.") =>
        Failing(new TokenError(TokenErrorKind.Refused, message));

    /// <summary>Is not here, each time.</summary>
    public static FakeCredential Unavailable(TokenError error)
    {
        ArgumentNullException.ThrowIfNull(error);
        return Answering(_ => TokenResult.Unavailable(error));
    }

    /// <summary>Is not here, each time, as a credential that is not configured.</summary>
    /// <param name="message">The error's message.</param>
    public static FakeCredential Unavailable(string message = "The fake credential was told to be unavailable.") =>
        Unavailable(new TokenError(TokenErrorKind.NotConfigured, message));

    /// <summary>Answers as the function decides: the widest form, for sequences and for renewals.</summary>
    /// <param name="answer">Gives the verdict. An exception it throws becomes a failure.</param>
    public static FakeCredential Answering(Func<Acquisition, TokenResult> answer)
    {
        ArgumentNullException.ThrowIfNull(answer);
        return new FakeCredential(answer);
    }

    /// <inheritdoc/>
    protected override ValueTask<TokenResult> AcquireCoreAsync(Acquisition acquisition, CancellationToken cancellationToken)
    {
        _acquisitions.Enqueue(acquisition);
        return ValueTask.FromResult(_answer(acquisition));
    }
}
