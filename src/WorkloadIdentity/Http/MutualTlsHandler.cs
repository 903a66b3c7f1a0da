using System.Diagnostics.CodeAnalysis;
using System.Net;

namespace WorkloadIdentity;

/// <summary>
/// The innermost handler of a client whose tokens may be bound to a certificate: it opens the connections. A message with a bound token
/// goes only over a connection that presented the certificate of this very token, and all others over connections without one. It follows
/// no redirects, stores no cookies, and sends no bound token over HTTP/3. Safe for concurrent use.
/// </summary>
/// <remarks>
/// <c>AddAccessToken</c> sets it up if <see cref="AccessTokenHandlerOptions.Binding"/> asks for bound tokens. Set it yourself for settings
/// of your own, or behind an <see cref="AccessTokenHandler"/> that you construct.
/// </remarks>
[Experimental(BoundTokens.Diagnostic)]
public sealed class MutualTlsHandler : HttpMessageHandler
{
    private readonly MutualTlsConnections _bound;
    private readonly HttpMessageInvoker _unbound;

    /// <summary>A handler with connections of its own.</summary>
    /// <param name="configure">
    /// Sets up connections: a proxy, or whom to trust. Called once for each certificate. The certificate of the connection and the refusal
    /// of redirects cannot be changed.
    /// </param>
    public MutualTlsHandler(Action<SocketsHttpHandler>? configure = null)
    {
        _bound = new MutualTlsConnections(configure, KeyVaultHost.Is);
        _unbound = new HttpMessageInvoker(MutualTlsConnections.Handler(configure));
    }

    /// <inheritdoc/>
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        try
        {
            return await SenderOf(request).SendAsync(request, cancellationToken).ConfigureAwait(false);
        }
        catch (HttpRequestException exception) when (exception.InnerException is TokenAcquisitionException { Error: { } error })
        {
            throw new TokenAcquisitionException(error);
        }
    }

    /// <inheritdoc/>
    protected override HttpResponseMessage Send(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        try
        {
            return SenderOf(request).Send(request, cancellationToken);
        }
        catch (HttpRequestException exception) when (exception.InnerException is TokenAcquisitionException { Error: { } error })
        {
            throw new TokenAcquisitionException(error);
        }
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _bound.Close();
            _unbound.Dispose();
        }

        base.Dispose(disposing);
    }

    /// <summary>The connections for a message: with the certificate of its token, or without one.</summary>
    /// <exception cref="TokenAcquisitionException">
    /// It has a bound token whose certificate is not known, or would not present the certificate.
    /// </exception>
    private HttpMessageInvoker SenderOf(HttpRequestMessage message)
    {
        var headers = message.Headers.NonValidated;
        if (!headers.TryGetValues("Authorization", out var values))
        {
            return _unbound;
        }

        // The note holds the certificate of the token that the access token handler set. A copy without the note has none.
        var note = SentToken.On(message);
        var certificate = note?.IsCarriedBy(message) == true ? note.Certificate : null;
        var saysBound = values.ToString().AsSpan().TrimStart().StartsWith(BoundTokens.TokenType, StringComparison.OrdinalIgnoreCase);
        if (certificate is null && !saysBound)
        {
            return _unbound;
        }

        if (certificate is null)
        {
            throw new TokenAcquisitionException(BoundTokenRefusals.Because(
                "The message has a token that is bound to a certificate, and the certificate is not known. A handler after the access "
                    + "token handler copied the message without its Options, or set the header itself. Call AddAccessToken after the call "
                    + "that adds that handler.",
                scope: null));
        }

        return Refuse(message, note!.Scope, saysBound) is { } problem
            ? throw new TokenAcquisitionException(problem)
            : _bound.For(certificate).Invoker;
    }

    /// <summary>Why a message with a bound token must not be sent; null if it may.</summary>
    private static TokenError? Refuse(HttpRequestMessage message, string scope, bool saysBound) =>
        BoundTokenRefusals.OfAddress(message.RequestUri, scope)
        ?? (!saysBound
            ? BoundTokenRefusals.Because(
                "A handler after the access token handler changed the Authorization header, and its token is bound to a certificate. "
                    + $"Such a token is sent with the scheme {BoundTokens.TokenType} only. Remove the change.",
                scope)
        : !KeepOffQuic(message)
            ? BoundTokenRefusals.Because(
                $"The message requires HTTP/{message.Version}. A token that is bound to a certificate is sent over HTTP/1.1 and HTTP/2 "
                    + "only. Set the message's version to HttpVersion.Version20.",
                scope)
        : null);

    /// <summary>
    /// Keeps the message off QUIC, where nothing shows whether the connection presented the certificate. Returns false if the message
    /// requires QUIC.
    /// </summary>
    private static bool KeepOffQuic(HttpRequestMessage message)
    {
        if (message.Version.Major > 2)
        {
            if (message.VersionPolicy != HttpVersionPolicy.RequestVersionOrLower)
            {
                return false;
            }

            message.Version = HttpVersion.Version20;
        }
        else if (message.VersionPolicy == HttpVersionPolicy.RequestVersionOrHigher)
        {
            message.VersionPolicy =
                message.Version.Major == 2 ? HttpVersionPolicy.RequestVersionExact : HttpVersionPolicy.RequestVersionOrLower;
            message.Version = HttpVersion.Version20;
        }

        return true;
    }
}
