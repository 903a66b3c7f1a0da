namespace WorkloadIdentity;

/// <content>What happens once an API has rejected the token.</content>
public sealed partial class AccessTokenHandler
{
    /// <summary>Renews a rejected token, sends the message again with the new one if that is possible, and finishes the pass.</summary>
    private async Task<HttpResponseMessage> RenewAndFinishAsync(
        HttpResponseMessage response, TokenRejection rejection, AuthorizedRequest sent, CancellationToken cancellationToken)
    {
        try
        {
            if (await RenewAsync(sent, rejection, response, cancellationToken).ConfigureAwait(false) is { } renewed)
            {
                sent = Authorize(sent, renewed);
                response = await base.SendAsync(sent.Message, cancellationToken).ConfigureAwait(false);
            }
        }
        catch
        {
            sent.End();
            throw;
        }

        sent.Finish(response);
        return response;
    }

    /// <summary>
    /// Renews the token. Returns the new one, and disposes the response, if the message is to be sent again. Otherwise it returns null, and
    /// the caller gets the response.
    /// </summary>
    private ValueTask<AccessToken?> RenewAsync(
        AuthorizedRequest sent, TokenRejection rejection, HttpResponseMessage response, CancellationToken cancellationToken)
    {
        if (sent.CanBeSentAgain)
        {
            return RenewToResendAsync(sent, rejection, response, cancellationToken);
        }

        // The message is not sent again, so the caller gets the response without waiting. The token is renewed for later messages.
        _metrics.Answered(rejection, ChallengeMetrics.Returned);
        _ = Task.Run(() => RenewBehindAsync(sent, rejection), CancellationToken.None);
        return default;
    }

    private async ValueTask<AccessToken?> RenewToResendAsync(
        AuthorizedRequest sent, TokenRejection rejection, HttpResponseMessage response, CancellationToken cancellationToken)
    {
        AccessToken renewed;
        try
        {
            renewed = await _acquirer.RenewTokenAsync(sent.Request, sent.Token, rejection.Claims, cancellationToken).ConfigureAwait(false);
        }
        catch (TokenAcquisitionException exception) when (rejection.Claims is null || exception.Error.Kind != TokenErrorKind.Refused)
        {
            LogFailure(sent, rejection, exception.Error);
            _metrics.Answered(rejection, ChallengeMetrics.Returned);
            return null;
        }
        catch (TokenAcquisitionException exception)
        {
            _metrics.Answered(rejection, ChallengeMetrics.Refused);

            // The API requires claims that Entra refuses. The exception tells the caller both.
            response.Dispose();
            throw new TokenAcquisitionException(exception.Error.InAnswerTo(sent.Origin, rejection.Claims!), exception.Attempts);
        }
        catch
        {
            response.Dispose();
            throw;
        }

        // Checked again after the wait, because a handler further in may still use the message.
        if (renewed.Value == sent.Token.Value || !sent.CanBeSentAgain)
        {
            _metrics.Answered(rejection, ChallengeMetrics.Returned);
            return null;
        }

        if (_logger is not null)
        {
            Log.Resending(_logger, sent.Origin, rejection.Reason);
        }

        _metrics.Answered(rejection, ChallengeMetrics.Resent);
        response.Dispose();
        return renewed;
    }

    /// <summary>
    /// Renews the token in the background. The acquirer limits how often it renews. Nobody waits for the result, so a failure is logged.
    /// </summary>
    private async Task RenewBehindAsync(AuthorizedRequest sent, TokenRejection rejection)
    {
        try
        {
            await _acquirer.RenewTokenAsync(sent.Request, sent.Token, rejection.Claims, CancellationToken.None).ConfigureAwait(false);
        }
        catch (TokenAcquisitionException exception)
        {
            LogFailure(sent, rejection, exception.Error);
        }
        catch (Exception exception) when (exception is not ObjectDisposedException)
        {
            var error = new TokenError(TokenErrorKind.InvalidResponse, $"The token acquirer failed with {exception.GetType().Name}.");
            LogFailure(sent, rejection, error);
        }
        catch (ObjectDisposedException)
        {
            // The acquirer was disposed because the program is ending, so no message follows.
        }
    }

    private void LogFailure(AuthorizedRequest sent, TokenRejection rejection, TokenError error)
    {
        if (_logger is not null)
        {
            Log.RenewalFailed(_logger, sent.Origin, rejection.Reason, error);
        }
    }
}
