using System.Buffers.Text;
using System.Runtime.ExceptionServices;
using System.Text.Json;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using StackExchange.Redis;

namespace WorkloadIdentity.StackExchangeRedis;

/// <summary>
/// A user whose password is the current token, and the task that authenticates open connections again. Safe for concurrent use.
/// </summary>
internal sealed class RedisLogin
{
    private static readonly TimeSpan LongestPause = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan ShortestPause = TimeSpan.FromMilliseconds(250);

    private readonly ITokenAcquirer _acquirer;
    private readonly TokenRequest _request;
    private readonly TimeProvider _timeProvider;
    private readonly ILogger _logger;

    // The token that was used last. It answers when the acquirer would have to wait.
    private volatile AccessToken _token;

    /// <exception cref="InvalidOperationException">No user is named, and the token names none.</exception>
    public RedisLogin(ITokenAcquirer acquirer, TokenRequest request, AccessToken first, RedisTokenOptions options)
    {
        _acquirer = acquirer;
        _request = request;
        _token = first;
        _timeProvider = options.TimeProvider;
        _logger = options.LoggerFactory?.CreateLogger(Log.Category) ?? NullLogger.Instance;
        User = options.User ?? ObjectId(first)
            ?? throw new InvalidOperationException(
                $"The token for '{request.Scope}' does not say which user it is (oid), and no user is named. Set "
                    + $"{nameof(RedisTokenOptions)}.{nameof(RedisTokenOptions.User)}.");
    }

    public string User { get; }

    /// <summary>
    /// The password of a new connection. StackExchange.Redis reads it on a thread that must not wait: if there is no cached token, it is
    /// the one that was used last.
    /// </summary>
    public string Password
    {
        get
        {
            var getting = _acquirer.GetTokenAsync(_request);
            if (getting.IsCompletedSuccessfully)
            {
                _token = getting.Result;
            }
            else
            {
                // Its failure is told to whoever waits for the token, and here by the server's refusal.
                _ = getting.AsTask().ContinueWith(
                    static task => _ = task.Exception, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
            }

            return _token.Value;
        }
    }

    /// <summary>Keeps the connections authenticated until the multiplexer is disposed or forgotten.</summary>
    public void Watch(ConnectionMultiplexer multiplexer) =>
        _ = Task.Run(() => WatchAsync(new WeakReference<ConnectionMultiplexer>(multiplexer), _token));

    private async Task WatchAsync(WeakReference<ConnectionMultiplexer> connection, AccessToken shown)
    {
        while (true)
        {
            await Task.Delay(PauseBefore(shown.ExpiresOn), _timeProvider).ConfigureAwait(false);
            try
            {
                if (!connection.TryGetTarget(out _))
                {
                    return;
                }

                var token = await _acquirer.GetTokenAsync(_request).ConfigureAwait(false);
                if (token.Value == shown.Value)
                {
                    continue;
                }

                _token = token;
                if (!connection.TryGetTarget(out var multiplexer))
                {
                    return;
                }

                await AuthenticateAsync(multiplexer, token).ConfigureAwait(false);
                shown = token;
            }
            catch (ObjectDisposedException)
            {
                return;
            }
            catch (Exception exception) when (exception is TokenAcquisitionException or RedisException or TimeoutException)
            {
                Log.NotAuthenticatedAgain(_logger, _request.Scope, shown.ExpiresOn, exception.Message);
            }
        }
    }

    /// <summary>Shows the token to every server. What the first one that fails says is thrown when all have been asked.</summary>
    private async Task AuthenticateAsync(ConnectionMultiplexer multiplexer, AccessToken token)
    {
        ExceptionDispatchInfo? failure = null;

        // A server that is not connected gets the token when it is.
        foreach (var server in multiplexer.GetServers().Where(server => server.IsConnected))
        {
            try
            {
                await server.ExecuteAsync("AUTH", User, token.Value).ConfigureAwait(false);
            }
            catch (Exception exception) when (exception is RedisException or TimeoutException)
            {
                failure ??= ExceptionDispatchInfo.Capture(exception);
            }
        }

        failure?.Throw();
    }

    /// <summary>
    /// A minute: the acquirer has a new token five minutes before the end of one that lives an hour. Less for tokens that live shorter.
    /// </summary>
    private TimeSpan PauseBefore(DateTimeOffset expiresOn)
    {
        var part = (expiresOn - _timeProvider.GetUtcNow()) / 8;
        return part > LongestPause ? LongestPause : part < ShortestPause ? ShortestPause : part;
    }

    /// <summary>The <c>oid</c> of the token; null if it cannot be read.</summary>
    private static string? ObjectId(AccessToken token)
    {
        if (token.Value.Split('.') is not [_, var payload, _] || !Base64Url.IsValid(payload))
        {
            return null;
        }

        try
        {
            using var claims = JsonDocument.Parse(Base64Url.DecodeFromChars(payload));
            return claims.RootElement is { ValueKind: JsonValueKind.Object } root && root.TryGetProperty("oid", out var oid)
                && oid.ValueKind == JsonValueKind.String
                ? oid.GetString()
                : null;
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            // The latter: half of a surrogate pair in a text.
            return null;
        }
    }
}
