using System.Security.Cryptography;

namespace WorkloadIdentity;

/// <summary>How the certificate gets into the token request: it signs an assertion, or the connection presents it.</summary>
public sealed partial class ClientCertificateAuthentication
{
    private static readonly TimeSpan WarnedAhead = TimeSpan.FromDays(30);
    private static readonly TimeSpan WarningPause = TimeSpan.FromDays(1);

    private volatile Warned? _warned;
    private volatile BoundCertificate? _bound;

    internal override async ValueTask<TokenResult?> WriteAsync(
        TokenRequestForm form, TokenExchange exchange, CancellationToken cancellationToken)
    {
        var found = await _source.ReadAsync(exchange, cancellationToken).ConfigureAwait(false);
        try
        {
            return await WriteAsync(found, form, exchange, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception) when (found.Certificate?.Remote is not null && MayBeRotated(exception))
        {
            // The version of the key may have been disabled or removed since it was read. The newer version then signs.
            var renewed = await ReadAgainAsync(exchange, Failure(exception, found.Certificate), cancellationToken).ConfigureAwait(false);
            if (renewed.Certificate is not { } next || next.Sha256.AsSpan().SequenceEqual(found.Certificate.Sha256))
            {
                throw;
            }

            return await WriteAsync(renewed, form, exchange, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>The certificate with its issuers, which the connection sends along. One object as long as it is the same.</summary>
    private BoundCertificate Bound(SigningCertificate certificate)
    {
        if (_bound is { } known && ReferenceEquals(known.Certificate, certificate.Certificate))
        {
            return known;
        }

        return _bound = new BoundCertificate(certificate.Certificate, [.. certificate.Neighbours, .. _issuers ?? []]);
    }

    private static bool MayBeRotated(Exception exception) =>
        exception is not OperationCanceledException and not TokenAcquisitionException { Error.IsTransient: true };

    private static TokenError Failure(Exception exception, SigningCertificate certificate) =>
        exception is TokenAcquisitionException { Error: { } error } ? error
        : new TokenError(
            TokenErrorKind.InvalidConfiguration,
            $"The signer failed with the client certificate '{certificate.Subject}' ({exception.GetType().Name}).")
        {
            Exception = exception,
        };

    /// <summary>Reads as after a refusal by Entra: the source does not answer from its cache.</summary>
    private async ValueTask<CertificateResult> ReadAgainAsync(
        TokenExchange exchange, TokenError failure, CancellationToken cancellationToken)
    {
        var refusal = exchange.Refusal;
        exchange.Refusal = failure;
        try
        {
            return await _source.ReadAsync(exchange, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            exchange.Refusal = refusal;
        }
    }

    private async ValueTask<TokenResult?> WriteAsync(
        CertificateResult found, TokenRequestForm form, TokenExchange exchange, CancellationToken cancellationToken)
    {
        if (found.Certificate is not { } certificate)
        {
            return TokenResult.Failed(new TokenError(TokenErrorKind.InvalidConfiguration, $"{found.Problem}.")
            {
                HelpAnchor = _source.HelpAnchor,
                Exception = found.Exception,
                IsTransient = found.IsTransient,
            });
        }

        var now = exchange.TimeProvider.GetUtcNow();
        if (certificate.TimeProblem(now) is { } time)
        {
            return Unusable($"The client certificate '{certificate.Subject}' {time}.", HelpAnchors.ClientCertificate);
        }

        if (exchange.BindsToken)
        {
            form.AddCertificate(certificate, Bound(certificate));
            WarnOfExpiry(certificate, exchange, now);
            return null;
        }

        try
        {
            var chain = _issuers is null ? null : certificate.Chain(_issuers, now);
            var (assertion, algorithm) =
                await ClientAssertion.SignAsync(certificate, chain, exchange, cancellationToken).ConfigureAwait(false);
            form.AddSignedAssertion(assertion, algorithm, certificate);
            WarnOfExpiry(certificate, exchange, now);
            return null;
        }
        catch (CryptographicException exception)
        {
            throw new TokenAcquisitionException(new TokenError(
                TokenErrorKind.InvalidConfiguration,
                $"The private key of the client certificate '{certificate.Subject}' did not sign ({exception.GetType().Name}). "
                    + "Check that it can be reached and that this process may use it.")
            {
                HelpAnchor = HelpAnchors.ClientCertificate,
                Exception = exception,
            });
        }
    }

    /// <summary>
    /// Warns before the certificate expires: once a day, from 30 days before its end. An assertion is signed about once an hour. (Only the
    /// directory knows when a client secret expires.)
    /// </summary>
    private void WarnOfExpiry(SigningCertificate certificate, TokenExchange exchange, DateTimeOffset now)
    {
        var left = certificate.NotAfter - now;
        if (left > WarnedAhead || (_warned is { } last && last.Sha256.AsSpan().SequenceEqual(certificate.Sha256)
            && now - last.On < WarningPause && now >= last.On))
        {
            return;
        }

        _warned = new Warned(certificate.Sha256, now);
        Log.CertificateExpiring(
            exchange.Logger, certificate.Subject, exchange.ClientId, Math.Max(0, (int)left.TotalDays), certificate.NotAfter);
    }

    private sealed record Warned(byte[] Sha256, DateTimeOffset On);
}
