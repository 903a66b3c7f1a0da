namespace WorkloadIdentity.Schedules.Model;

/// <summary>
/// The rules of one cache entry as a program without concurrency: ages, memory of failures, renewals. It is written after
/// docs/architecture.md, and shares no code with the package.
/// </summary>
/// <param name="jitter">Which share of its spread a refresh comes early.</param>
/// <param name="ask">Asks the credential: with these claims, after this rejected token.</param>
internal sealed class ReferenceModel(double jitter, Func<string?, AccessToken?, Answer> ask)
{
    private static readonly Answer NoSuccessor = new(null, TokenErrorKind.InvalidResponse);

    private readonly List<(string Claims, Held Token)> _answers = [];
    private Held? _held;
    private Answer? _failure;
    private int _failuresInRow;
    private TimeSpan _failedAt;
    private int _renewals;
    private TimeSpan _renewedAt;
    private string? _kept;

    /// <summary>The wall clock.</summary>
    public DateTimeOffset Now { get; set; }

    /// <summary>The monotonic clock.</summary>
    public TimeSpan Elapsed { get; set; }

    /// <summary>What a caller gets: the value of a token, or the kind of the error.</summary>
    public string Get()
    {
        switch (AgeOfHeld())
        {
            case Age.Fresh:
                return _held!.Token.Value;
            case Age.Stale:
                var served = _held!.Token.Value;
                if (BackOff(isHeld: true) <= TimeSpan.Zero)
                {
                    Acquire();
                }

                return served;
            case Age.Expiring when BackOff(isHeld: true) > TimeSpan.Zero:
                return _held!.Token.Value;
            case Age.Expired when BackOff(isHeld: false) > TimeSpan.Zero:
                return $"{_failure!.Kind} again";
        }

        var answer = Acquire();
        return answer?.Token is { } token && token.ExpiresOn > Now ? token.Value
            : _held is { } held && held.ExpiresOn > Now ? held.Token.Value
            : answer is { Token: null } ? answer.Kind.ToString()
            : Get();
    }

    /// <summary>What a caller gets whose token was rejected.</summary>
    public string Renew(AccessToken? rejected, string? claims)
    {
        _answers.RemoveAll(answer => answer.Token.Token.Value == rejected?.Value && (claims is null || answer.Claims == claims));
        var other = _held is { } held && held.ExpiresOn > Now && held.Token.Value != rejected?.Value ? held : null;
        if (claims is null && other is not null)
        {
            return other.Token.Value;
        }

        var remembered = claims is null ? null : _answers.Find(answer => answer.Claims == claims && answer.Token.ExpiresOn > Now).Token;
        if (remembered is not null && remembered.Token.Value != rejected?.Value
            && (rejected is not null || Now - remembered.ArrivedOn < TimeSpan.FromSeconds(30)))
        {
            (_held, _kept) = (remembered, claims);
            return remembered.Token.Value;
        }

        // Two at once; after that one in 30 s.
        if (_renewals >= 2 && Elapsed - _renewedAt < TimeSpan.FromSeconds(30))
        {
            return rejected?.Value ?? remembered?.Token.Value ?? Get();
        }

        (_renewals, _renewedAt) = (_renewals + 1, Elapsed);
        var carried = claims ?? _kept;
        var answer = ask(carried, rejected);
        if (answer.Token is { } token)
        {
            if (token.Value != rejected?.Value)
            {
                Hold(token, carried);
                return token.Value;
            }

            return rejected.Value;
        }

        if (claims is null && _kept is not null && !answer.IsTransient)
        {
            _kept = null;
            return Renew(rejected, claims);
        }

        return answer.Kind.ToString();
    }

    /// <summary>Null when the issuer refused claims that nobody asks for now.</summary>
    private Answer? Acquire()
    {
        var answer = ask(_kept, null);
        if (answer.Token is not { } token)
        {
            if (_kept is not null && !answer.IsTransient)
            {
                _kept = null;
                return null;
            }

            Remember(answer);
        }
        else if (_held is null || _held.ExpiresOn <= Now || token.ExpiresOn > _held.Token.ExpiresOn)
        {
            Hold(token, _kept);
        }
        else
        {
            Remember(NoSuccessor);
        }

        return answer;
    }

    private void Hold(AccessToken token, string? claims)
    {
        _held = new Held(token, Now, RefreshTime(token));
        (_failure, _failuresInRow) = (null, 0);
        if (claims is not null)
        {
            _answers.RemoveAll(answer => answer.Claims == claims);
            _answers.RemoveRange(0, Math.Max(0, _answers.Count - 3));
            _answers.Add((claims, _held));
            _kept = claims;
        }
    }

    private void Remember(Answer failure) => (_failure, _failuresInRow, _failedAt) = (failure, _failuresInRow + 1, Elapsed);

    private Age AgeOfHeld() => _held is not { } held || Now >= held.ExpiresOn ? Age.Expired
        : Now >= held.ExpiresOn - Least(TimeSpan.FromMinutes(1), held.Lifetime / 10) ? Age.Expiring
        : Now >= held.RefreshOn || Now < held.ArrivedOn ? Age.Stale
        : Age.Fresh;

    private DateTimeOffset RefreshTime(AccessToken token)
    {
        var lifetime = token.ExpiresOn > Now ? token.ExpiresOn - Now : TimeSpan.Zero;
        var latest = token.ExpiresOn - Least(TimeSpan.FromMinutes(1), lifetime / 10);
        var refresh = token.RefreshOn is { } hint && hint > Now && hint <= latest ? hint
            : lifetime > TimeSpan.FromHours(2) ? Now + (lifetime / 2)
            : token.ExpiresOn - Least(TimeSpan.FromMinutes(5), lifetime / 4);
        return refresh - (jitter * Least(Least(TimeSpan.FromMinutes(5), lifetime / 10), (refresh - Now) / 2));
    }

    /// <summary>How long nobody is asked after the last failure.</summary>
    private TimeSpan BackOff(bool isHeld)
    {
        if (_failure is not { } failure)
        {
            return TimeSpan.Zero;
        }

        var pause = failure is { IsTransient: true, RetryAfter: { } retryAfter } ? Least(retryAfter, TimeSpan.FromHours(1))
            : isHeld ? Doubled(30, 300)
            : failure.IsLocal ? TimeSpan.Zero
            : failure.IsTransient ? Doubled(1, 30)
            : Doubled(10, 60);
        return pause - (Elapsed - _failedAt);
    }

    private TimeSpan Doubled(int first, int longest) => TimeSpan.FromSeconds(Math.Min(longest, first * Math.Pow(2, _failuresInRow - 1)));

    private static TimeSpan Least(TimeSpan one, TimeSpan other) => one < other ? one : other;

    private enum Age
    {
        Fresh,
        Stale,
        Expiring,
        Expired,
    }

    private sealed record Held(AccessToken Token, DateTimeOffset ArrivedOn, DateTimeOffset RefreshOn)
    {
        public DateTimeOffset ExpiresOn => Token.ExpiresOn;

        public TimeSpan Lifetime => ExpiresOn - ArrivedOn;
    }
}
