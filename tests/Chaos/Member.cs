using System.Net;
using System.Net.Sockets;

namespace WorkloadIdentity.Chaos;

/// <summary>One program of the fleet: an acquirer, a client that uses it, and callers that never stop.</summary>
internal sealed class Member : IDisposable
{
    private readonly TokenAcquirer _acquirer;
    private readonly HttpClient _client;
    private readonly Uri _api;
    private readonly Tally _tally;
    private readonly FastClock _clock;
    private readonly Func<Random, Expected> _next;

    /// <param name="name">For reports.</param>
    /// <param name="credential">The credential.</param>
    /// <param name="clock">The clock of its machine.</param>
    /// <param name="api">The API to call.</param>
    /// <param name="next">For whom the next call is, and what it must carry.</param>
    /// <param name="tally">Where it counts.</param>
    /// <param name="keys">For how many keys it calls at a time.</param>
    /// <param name="capacity">How many tokens it may hold.</param>
    /// <param name="isReplica">Whether its credential is rotated in two steps.</param>
    public Member(
        string name,
        Credential credential,
        FastClock clock,
        Testing.EmulatedApi api,
        Func<Random, Expected> next,
        Tally tally,
        int keys,
        int capacity,
        bool isReplica = false)
    {
        (Name, _clock, _api, _next, _tally, Keys) = (name, clock, api.Url, next, tally, keys);
        (IsBounded, Callers) = (capacity < keys, isReplica ? 1 : 3);
        Credential = new WatchedCredential(credential, clock, tally, name, isReplica);
        _acquirer = new TokenAcquirer(Credential, new TokenAcquirerOptions { TimeProvider = clock, Capacity = capacity });
        var options = new AccessTokenHandlerOptions { AllowedOrigins = { new Uri(api.Url.GetLeftPart(UriPartial.Authority)) } };
        _client = new HttpClient(new AccessTokenHandler(_acquirer, new TokenRequest(api.Scope), options)
        {
            InnerHandler = new Witness(
                name, clock, Credential, api.Url, tally)
            { InnerHandler = new SocketsHttpHandler { UseProxy = false } },
        });
    }

    public string Name { get; }

    public FastClock Clock => _clock;

    public WatchedCredential Credential { get; }

    /// <summary>For how many keys it calls at a time.</summary>
    public int Keys { get; }

    /// <summary>How many call at the same time.</summary>
    public int Callers { get; }

    /// <summary>Whether it holds fewer tokens than it needs.</summary>
    public bool IsBounded { get; }

    public void Dispose()
    {
        _client.Dispose();
        _acquirer.Dispose();
    }

    /// <summary>Calls until it is told to stop.</summary>
    /// <param name="random">What decides about each call.</param>
    /// <param name="pause">How many times longer than usual it pauses between calls.</param>
    /// <param name="mustSucceed">Whether all is well, so that a failure is a breach.</param>
    /// <param name="stop">Ends it.</param>
    public async Task WorkAsync(Random random, double pause, Func<bool> mustSucceed, CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            await CallAsync(random, mustSucceed());
            await Task.Delay(TimeSpan.FromMilliseconds(random.Next(5, 60)) * pause, TimeProvider.System, CancellationToken.None);
        }
    }

    private async Task CallAsync(Random random, bool mustSucceed)
    {
        var expected = _next(random);
        using var message = new HttpRequestMessage(HttpMethod.Get, _api);
        message.Options.Set(Witness.Expectation, expected);
        if (expected.Key.TenantId is { } tenant)
        {
            message.ForTenant(tenant);
        }

        if (expected.Key.UserAssertion is { } user)
        {
            message.OnBehalfOf(user);
        }

        // Some callers do not wait.
        var patienceFor = !mustSucceed && random.Next(10) == 0 ? TimeSpan.FromMilliseconds(random.Next(0, 20)) : Timeout.InfiniteTimeSpan;
        using var patience = new CancellationTokenSource(patienceFor, TimeProvider.System);

        var asked = _clock.GetUtcNow();
        try
        {
            using var response = await _client.SendAsync(message, patience.Token);
            _tally.Count($"calls: {(response.IsSuccessStatusCode ? "succeeded" : $"answered {(int)response.StatusCode}")}");
            if (mustSucceed && response.StatusCode != HttpStatusCode.OK)
            {
                _tally.Breach(Law.Recovers, $"{Name}: HTTP {(int)response.StatusCode}");
            }
        }
        catch (OperationCanceledException) when (patience.IsCancellationRequested)
        {
            _tally.Count("calls: given up by the caller");
        }
        catch (TokenAcquisitionException exception)
        {
            _tally.Count($"calls: no token ({exception.Error.Kind})");
            if (mustSucceed)
            {
                _tally.Breach(Law.Recovers, $"{Name}: {exception.Error.Message}");
            }

            if (!IsBounded && Credential.LivingFor(expected.Key, asked) is { } living)
            {
                _tally.Breach(
                    Law.NoNeedlessFailure,
                    $"{Name}: failed although a token is valid until {living.ExpiresOn:T}, at "
                        + $"{_clock.GetUtcNow():T}: {exception.Error.Message}");
            }
        }
        catch (HttpRequestException exception)
        {
            _tally.Count($"calls: no answer of the API ({CauseOf(exception)})");
            if (mustSucceed)
            {
                _tally.Breach(Law.Recovers, $"{Name}: {exception.Message}");
            }
        }
    }

    /// <summary>
    /// What went wrong, as exactly as anything in the exception says: the kind of error alone is Unknown for whatever happens to a
    /// connection that stands.
    /// </summary>
    private static string CauseOf(HttpRequestException exception)
    {
        for (Exception? cause = exception; cause is not null; cause = cause.InnerException)
        {
            switch (cause)
            {
                case SocketException socket:
                    return $"{socket.SocketErrorCode}";
                case HttpIOException { HttpRequestError: not HttpRequestError.Unknown and var error }:
                    return $"{error}";
            }
        }

        return exception.HttpRequestError == HttpRequestError.Unknown
            ? exception.GetBaseException().GetType().Name
            : $"{exception.HttpRequestError}";
    }
}
