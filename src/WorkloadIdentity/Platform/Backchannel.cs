using System.Diagnostics;
using System.Security.Authentication;
using System.Security.Cryptography;

namespace WorkloadIdentity;

/// <summary>
/// The two HTTP clients that send credentials: one for Entra, one for hosts on this machine or its link. They do not come from
/// <c>IHttpClientFactory</c>, so that no default of the application (a token handler, a redirect, a retry) gets in front of a token
/// endpoint.
/// </summary>
internal static class Backchannel
{
    public const int MaxTokenBytes = 1024 * 1024;
    public const int MaxErrorBytes = 64 * 1024;

    public static readonly string UserAgent = $"WorkloadIdentity/{BuildFacts.Version}";

    private static readonly Lazy<HttpClient> LazyEntra = new(() => Create(useProxy: true));
    private static readonly Lazy<HttpClient> LazyLocal = new(() => Create(useProxy: false));

    /// <summary>For Entra, through the system's proxy if there is one.</summary>
    public static HttpClient Entra => LazyEntra.Value;

    /// <summary>For this machine and its link, never through a proxy, which would get the host's secret.</summary>
    public static HttpClient Local => LazyLocal.Value;

    /// <summary>
    /// Sends once and reads the response within bounds of size and time. Every failure is returned as an error, except that
    /// <paramref name="cancellationToken"/> throws <see cref="OperationCanceledException"/>.
    /// </summary>
    /// <param name="client">One of the two clients, or the caller's own.</param>
    /// <param name="request">The request. It is disposed here.</param>
    /// <param name="server">The server's name in errors.</param>
    /// <param name="timeLimit">How long the whole exchange may take.</param>
    /// <param name="timeProvider">The clock of the limit.</param>
    /// <param name="cancellationToken">The caller's.</param>
    public static async ValueTask<BackchannelAnswer> SendAsync(
        HttpClient client, HttpRequestMessage request, string server, TimeSpan timeLimit, TimeProvider timeProvider,
        CancellationToken cancellationToken)
    {
        using var limit = new TimeLimit(timeLimit, timeProvider, cancellationToken);
        using (request)
        {
            var asked = request.RequestUri;
            var sentOn = timeProvider.GetUtcNow();
            request.Headers.TryAddWithoutValidation("User-Agent", UserAgent);
            try
            {
                using var response =
                    await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, limit.Token).ConfigureAwait(false);
                if (response.RequestMessage?.RequestUri is { } answered && answered != asked)
                {
                    return Followed(server, answered, (int)response.StatusCode);
                }

                if ((int)response.StatusCode is >= 300 and < 400)
                {
                    return BackchannelAnswer.Unusable(response, new TokenError(
                        TokenErrorKind.InvalidResponse,
                        $"{server} answered with a redirect, which is never followed with credentials. Check the address, and whether a "
                            + "proxy or captive portal answers in its place.")
                    {
                        StatusCode = (int)response.StatusCode,
                        HelpAnchor = HelpAnchors.Redirect,
                    });
                }

                var body =
                    await ReadAsync(response, response.IsSuccessStatusCode ? MaxTokenBytes : MaxErrorBytes, limit.Token)
                        .ConfigureAwait(false);
                return body is null && response.IsSuccessStatusCode
                    ? BackchannelAnswer.Unusable(response, new TokenError(
                        TokenErrorKind.InvalidResponse,
                        $"{server} answered with more than {MaxTokenBytes / 1024} KiB, which no token response needs."))
                    : BackchannelAnswer.Received(response, body ?? [], sentOn, timeProvider.GetUtcNow());
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                throw new OperationCanceledException(cancellationToken);
            }
            catch (OperationCanceledException exception)
            {
                return BackchannelAnswer.Failed(new TokenError(
                    TokenErrorKind.TimedOut, $"{server} did not answer within {timeLimit.TotalSeconds:0.#} s.")
                { Exception = exception });
            }
            catch (HttpRequestException exception) when (exception.InnerException is TokenAcquisitionException { Error: { } refused })
            {
                return BackchannelAnswer.Failed(refused);
            }
            catch (Exception exception) when (exception is HttpRequestException or IOException)
            {
                return NotReached(server, exception);
            }
        }
    }

    private static BackchannelAnswer NotReached(string server, Exception exception)
    {
        var isTls =
            exception is HttpRequestException { HttpRequestError: HttpRequestError.SecureConnectionError }
                || exception.InnerException is AuthenticationException;
        var reason = isTls ? nameof(HttpRequestError.SecureConnectionError)
            : exception is HttpRequestException { HttpRequestError: not HttpRequestError.Unknown } http ? $"{http.HttpRequestError}"
            : exception.GetType().Name;
        var advice =
            isTls
                ? "Check its certificate, whom this machine trusts, and whether another server answers in its place."
                : "Check name resolution, routes, proxy and firewall.";
        return BackchannelAnswer.Failed(
            new TokenError(TokenErrorKind.Unreachable, $"{server} could not be reached ({reason}). {advice}") { Exception = exception });
    }

    /// <summary>
    /// The response came from another address, because a client of the application followed a redirect. With 307 or 308 it sent the form
    /// again, and with any redirect the headers. Which redirects there were is not known afterwards.
    /// </summary>
    private static BackchannelAnswer Followed(string server, Uri answered, int status)
    {
        var port = answered.IsDefaultPort ? -1 : answered.Port;
        var place = new UriBuilder(answered.Scheme, answered.IdnHost, port).Uri.GetLeftPart(UriPartial.Authority);
        return BackchannelAnswer.Failed(new TokenError(
            TokenErrorKind.InvalidResponse,
            $"{server} redirected, and the HttpClient that was given for it followed: the request was sent to {place}. "
            + "What it carried (a client secret, an assertion, the header secret of a managed identity host) may be known there: "
            + "replace that secret now. Then give a client that follows none (new SocketsHttpHandler { AllowAutoRedirect = false }), or "
            + "none at all, and check the address.")
        {
            StatusCode = status,
            HelpAnchor = HelpAnchors.Redirect,
        });
    }

    /// <summary>The body, or null when it is larger than <paramref name="limit"/>.</summary>
    private static async ValueTask<byte[]?> ReadAsync(HttpResponseMessage response, int limit, CancellationToken cancellationToken)
    {
        if (response.Content.Headers.ContentLength > limit)
        {
            return null;
        }

        using var stream = await response.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
        var buffer = new byte[(int)Math.Min(limit + 1, (response.Content.Headers.ContentLength ?? 4095) + 1)];
        var length = 0;
        while (true)
        {
            var read = await stream.ReadAsync(buffer.AsMemory(length), cancellationToken).ConfigureAwait(false);
            if (read == 0)
            {
                return buffer[..length];
            }

            length += read;
            if (length > limit)
            {
                return null;
            }

            if (length == buffer.Length)
            {
                Array.Resize(ref buffer, Math.Min(limit + 1, length * 2));
            }
        }
    }

    /// <summary>A client with the same settings over the caller's own connections, without a proxy.</summary>
    public static HttpClient Over(Func<SocketsHttpConnectionContext, CancellationToken, ValueTask<Stream>> connect)
    {
        var handler = CreateHandler(useProxy: false);
        handler.ConnectCallback = connect;
        return Create(handler);
    }

    /// <summary>
    /// For a host on this machine whose certificate is not trusted: only the certificate with this SHA-1 thumbprint is accepted, whatever
    /// its name, dates and issuer. The caller keeps the client.
    /// </summary>
    public static HttpClient Pinned(byte[] thumbprint)
    {
        var handler = CreateHandler(useProxy: false);
        handler.SslOptions.RemoteCertificateValidationCallback = (_, certificate, _, _) =>
            certificate is not null && CryptographicOperations.FixedTimeEquals(certificate.GetCertHash(), thumbprint);
        return Create(handler);
    }

    private static HttpClient Create(bool useProxy) => Create(CreateHandler(useProxy));

    private static HttpClient Create(SocketsHttpHandler handler) => new(handler) { Timeout = Timeout.InfiniteTimeSpan };

    private static SocketsHttpHandler CreateHandler(bool useProxy) => new()
    {
        AllowAutoRedirect = false,
        UseCookies = false,
        UseProxy = useProxy,
        PooledConnectionLifetime = TimeSpan.FromMinutes(5),
        ConnectTimeout = TimeSpan.FromSeconds(10),
        MaxResponseHeadersLength = 64,

        // Trace ids and baggage belong to the application. Entra and metadata endpoints do not need them.
        ActivityHeadersPropagator = DistributedContextPropagator.CreateNoOutputPropagator(),
    };
}
