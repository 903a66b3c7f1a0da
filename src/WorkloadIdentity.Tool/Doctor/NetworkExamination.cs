using System.Globalization;
using System.Net.Sockets;

namespace WorkloadIdentity.Tool;

/// <summary>Checks the connection to Entra: proxy, DNS, route, certificate and clocks. It sends nothing secret.</summary>
internal static class NetworkExamination
{
    private static readonly TimeSpan TimeLimit = TimeSpan.FromSeconds(10);

    public static async Task<NetworkFinding> RunAsync(
        Surroundings surroundings, WorkloadEnvironment environment, Redaction redaction, CancellationToken cancellationToken)
    {
        var (host, problem) = Authority.Choose(stated: null, environment, allowUnknown: false);
        if (host is null)
        {
            return new NetworkFinding(
                "(none)", Proxy: null, Addresses: null, Status: null, Milliseconds: null, ClockSkewSeconds: null, redaction.Text(problem!));
        }

        var authority = Authority.Require(host, allowUnknown: false, nameof(host));
        var proxy = authority.IsLoopback ? null : surroundings.ProxyFor(authority.Uri);
        var finding = new NetworkFinding(
            authority.Uri.AbsoluteUri, proxy is null ? null : redaction.Address(proxy.AbsoluteUri), Addresses: null, Status: null,
            Milliseconds: null, ClockSkewSeconds: null, Problem: null);
        using var limit = new CancellationTokenSource(TimeLimit, surroundings.TimeProvider);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            if (proxy is null)
            {
                finding =
                    finding with
                    {
                        Addresses = (await surroundings.ResolveAsync(authority.Uri.IdnHost, either.Token).WaitAsync(either.Token)
                        .ConfigureAwait(false)).Length
                    };
            }

            return await ReachAsync(surroundings, authority, finding, either.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return finding with
            {
                Problem = $"{authority} did not answer within {TimeLimit.TotalSeconds:0} s. Check for a firewall that "
                + "drops packets, or a slow proxy."
            };
        }
        catch (SocketException exception)
        {
            return finding with
            {
                Problem = $"The name {authority.Uri.IdnHost} could not be resolved ({exception.SocketErrorCode}). Check "
                + "the DNS of this machine or pod. If a proxy resolves names, set HTTPS_PROXY."
            };
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException)
        {
            return finding with { Problem = Explain(authority, exception) };
        }
    }

    private static async Task<NetworkFinding> ReachAsync(
        Surroundings surroundings, Authority authority, NetworkFinding finding, CancellationToken cancellationToken)
    {
        var client = surroundings.EntraClient ?? (authority.IsLoopback ? Backchannel.Local : Backchannel.Entra);
        var started = surroundings.TimeProvider.GetTimestamp();
        using var request = new HttpRequestMessage(HttpMethod.Get, authority.Uri);
        request.Headers.TryAddWithoutValidation("User-Agent", Backchannel.UserAgent);
        using var response =
            await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken).ConfigureAwait(false);
        var took = surroundings.TimeProvider.GetElapsedTime(started);

        var received = surroundings.TimeProvider.GetUtcNow();
        return finding with
        {
            Status = (int)response.StatusCode,
            Milliseconds = (long)took.TotalMilliseconds,
            ClockSkewSeconds = response.Headers.Date is { } theirs ? Skew(received - took, received, theirs) : null,
            Problem = (int)response.StatusCode == 407
                ? "The proxy requires authentication. Set a proxy that this process may use, or bypass it (NO_PROXY)."
                : null,
        };
    }

    /// <summary>
    /// How far this machine's clock is ahead, in seconds. The header has whole seconds and was written at some moment between sending and
    /// receiving: only a difference that no such moment explains counts.
    /// </summary>
    private static double Skew(DateTimeOffset sent, DateTimeOffset received, DateTimeOffset theirs)
    {
        var atLeast = (sent - theirs).TotalSeconds - 1;
        var atMost = (received - theirs).TotalSeconds;
        return atLeast > 1 || atMost < -1 ? Math.Round((atLeast + atMost) / 2) : 0;
    }

    private static string Explain(Authority authority, Exception exception) => exception switch
    {
        HttpRequestException { HttpRequestError: HttpRequestError.SecureConnectionError } =>
            $"{authority} could not be reached over TLS: its certificate is not trusted on this machine. A proxy may be intercepting "
                + "the connection. If that is intended, trust its CA (SSL_CERT_FILE). Also check this machine's clock.",
        HttpRequestException { HttpRequestError: HttpRequestError.ProxyTunnelError } =>
            $"The proxy did not connect to {authority}. Check that it allows this host on port 443, and whether it requires "
                + "authenticated to.",
        HttpRequestException { HttpRequestError: not HttpRequestError.Unknown } http =>
            string.Create(
                CultureInfo.InvariantCulture,
                $"{authority} could not be reached ({http.HttpRequestError}). Check routes, proxy and firewall: outbound TCP 443."),
        _ => $"{authority} could not be reached ({exception.GetType().Name}). Check routes, proxy and firewall: outbound TCP 443.",
    };
}
