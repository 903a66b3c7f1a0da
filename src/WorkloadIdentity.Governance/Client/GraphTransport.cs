using System.Net.Http.Headers;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace WorkloadIdentity.Governance;

/// <summary>Sends requests to Graph within its limits, and sends one again that failed transiently.</summary>
internal sealed class GraphTransport(HttpClient http, GraphClientOptions options, GraphJson json)
{
    private const int MaxErrorBytes = 64 * 1024;

    private readonly ThrottleLimits _limits = new(options.TimeProvider);
    private readonly RetryDelay _delay = new(options.TimeProvider, options.Jitter);
    private int _requests;

    /// <summary>How many requests were sent. Repeated ones count.</summary>
    public int Requests => Volatile.Read(ref _requests);

    /// <summary>Parses errors and batches, which have no dates.</summary>
    public GraphJson Json => json;

    public GraphLinks Links { get; } = new(options.Endpoint);

    public int MaxAttempts => options.MaxAttempts;

    /// <summary>Waits before parts of a batch are sent again.</summary>
    public void Pause(LimitGroup group, int attempt, TimeSpan? retryAfter) =>
        _limits.Pause(group, _delay.After(attempt, retryAfter));

    public bool IsTooLong(TimeSpan? retryAfter) => retryAfter > options.LongestWait;

    /// <summary>The parsed answer.</summary>
    /// <exception cref="GraphException">Graph refused, or failed at each attempt.</exception>
    /// <exception cref="TokenAcquisitionException">There is no token for Graph.</exception>
    public async Task<T> SendAsync<T>(GraphCall call, JsonTypeInfo<T> type, CancellationToken cancellationToken)
        where T : notnull
    {
        for (var attempt = 1; ; attempt++)
        {
            var (result, failure) = await TryAsync(call, type, cancellationToken).ConfigureAwait(false);
            if (result is not null)
            {
                return result;
            }

            var error = failure!.Error;
            if (!error.IsTransient || attempt >= options.MaxAttempts || IsTooLong(error.RetryAfter))
            {
                throw failure;
            }

            await WaitAsync(call.Group, attempt, error, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Waits before a request is sent again.</summary>
    public async Task WaitAsync(LimitGroup group, int attempt, GraphError error, CancellationToken cancellationToken)
    {
        if (error.Kind == GraphErrorKind.Throttled || error.RetryAfter is not null)
        {
            Pause(group, attempt, error.RetryAfter);
        }
        else
        {
            await Task.Delay(_delay.After(attempt, null), options.TimeProvider, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>One attempt.</summary>
    /// <param name="call">The request.</param>
    /// <param name="type">How the answer is parsed; null if it is not read.</param>
    /// <param name="cancellationToken">Ends the request.</param>
    /// <returns>The answer, or why there is none; neither if a success is not read.</returns>
    public async Task<(T? Result, GraphException? Failure)> TryAsync<T>(
        GraphCall call, JsonTypeInfo<T>? type, CancellationToken cancellationToken)
        where T : notnull
    {
        using var turn = await _limits.TakeAsync(call.Group, call.Units, call.KeyReads, cancellationToken).ConfigureAwait(false);
        using var limit = new CancellationTokenSource(options.RequestTimeout, options.TimeProvider);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            using var message = Message(call);
            Interlocked.Increment(ref _requests);
            using var response =
                await http.SendAsync(message, HttpCompletionOption.ResponseHeadersRead, either.Token).ConfigureAwait(false);
            turn.Heard(response.Headers);
            return await ReadAsync(call, response, type, either.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException exception) when (cancellationToken.IsCancellationRequested)
        {
            throw new OperationCanceledException(exception.Message, exception, cancellationToken);
        }
        catch (OperationCanceledException exception)
        {
            return Failed<T>(
                GraphErrorKind.TimedOut, $"did not answer {call} within {options.RequestTimeout.TotalSeconds:0} s.", exception);
        }
        catch (JsonException exception)
        {
            return Failed<T>(
                GraphErrorKind.InvalidResponse, $"answered {call} with a body that cannot be read as JSON of that list.", exception);
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException)
        {
            return Failed<T>(
                GraphErrorKind.Unreachable,
                $"could not be reached for {call}, or the connection broke. Check name resolution, routes, proxy and firewall.",
                exception,
                isUndone: WasNotSent(exception));
        }
    }

    private async Task<(T? Result, GraphException? Failure)> ReadAsync<T>(
        GraphCall call, HttpResponseMessage response, JsonTypeInfo<T>? type, CancellationToken cancellationToken)
        where T : notnull
    {
        var status = (int)response.StatusCode;
        if (status is >= 300 and < 400 || (response.RequestMessage?.RequestUri is { } answered && answered != call.Address))
        {
            throw new GraphException(
                new GraphError(GraphErrorKind.InvalidResponse, $"Graph redirected {call}. Redirects are not followed.")
                {
                    StatusCode = status,
                });
        }

        var body = await response.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
        await using (body.ConfigureAwait(false))
        {
            if (response.IsSuccessStatusCode && type is null)
            {
                return default;
            }

            if (response.IsSuccessStatusCode)
            {
                return await JsonSerializer.DeserializeAsync(body, type!, cancellationToken).ConfigureAwait(false) is { } result
                    ? (result, null)
                    : Failed<T>(GraphErrorKind.InvalidResponse, $"answered {call} with nothing.", null);
            }

            var buffer = new byte[MaxErrorBytes];
            var length = await body.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, cancellationToken)
                .ConfigureAwait(false);
            var error = GraphError.Of(
                $"{call}",
                status,
                GraphError.Read(buffer.AsSpan(0, length), json),
                ServerText.Clean(Header(response.Headers, "request-id"), 64),
                _delay.Asked(response.Headers));
            return (default, new GraphException(error));
        }
    }

    private static (T? Result, GraphException? Failure) Failed<T>(
        GraphErrorKind kind, string what, Exception? exception, bool isUndone = false)
        where T : notnull =>
        (default, new GraphException(new GraphError(kind, $"Graph {what}") { IsUndone = isUndone }, exception));

    private static bool WasNotSent(Exception exception) => exception is HttpRequestException
    {
        HttpRequestError: HttpRequestError.NameResolutionError or HttpRequestError.ConnectionError
            or HttpRequestError.SecureConnectionError or HttpRequestError.ProxyTunnelError,
    };

    private static HttpRequestMessage Message(GraphCall call)
    {
        var message = new HttpRequestMessage(call.Method, call.Address);
        message.Headers.TryAddWithoutValidation("Accept", "application/json");
        foreach (var (name, value) in GraphCall.Headers(call.IsAdvanced))
        {
            message.Headers.TryAddWithoutValidation(name, value);
        }

        if (call.Body is { } body)
        {
            message.Content = new ByteArrayContent(body) { Headers = { ContentType = new MediaTypeHeaderValue("application/json") } };
        }

        return message;
    }

    private static string? Header(HttpResponseHeaders headers, string name) =>
        headers.TryGetValues(name, out var values) ? values.FirstOrDefault() : null;
}
