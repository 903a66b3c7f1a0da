namespace WorkloadIdentity;

/// <content>What happens once an API has rejected the token.</content>
public sealed partial class AccessTokenHandler
{
    /// <summary>Sends once more where another token can be had; otherwise the rejection stands.</summary>
    private async Task<HttpResponseMessage> AnswerAsync(SentMessage sent, TokenRejection rejection, HttpResponseMessage response, CancellationToken cancellationToken)
    {
        var renewed = await RenewAsync(sent, rejection, response, cancellationToken).ConfigureAwait(false);
        if (renewed is null)
        {
            return response;
        }

        var again = sent.Again(renewed);
        try
        {
            return await base.SendAsync(again.Message, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            again.NoteRedirect();
        }
    }

    /// <summary>Another token than the rejected one, with the rejected response disposed; null when there is none, and the response stands.</summary>
    private async ValueTask<AccessToken?> RenewAsync(SentMessage sent, TokenRejection rejection, HttpResponseMessage response, CancellationToken cancellationToken)
    {
        AccessToken renewed;
        try
        {
            renewed = await _acquirer.RenewTokenAsync(sent.Request, sent.Token, rejection.Claims, cancellationToken).ConfigureAwait(false);
        }
        catch (TokenAcquisitionException exception) when (rejection.Claims is null || exception.Error.Kind != TokenErrorKind.Refused)
        {
            if (_logger is not null)
            {
                Log.RenewalFailed(_logger, sent.Origin, rejection.Reason, exception.Error);
            }

            _metrics.Answered(rejection, ChallengeMetrics.Returned);
            return null;
        }
        catch (TokenAcquisitionException exception)
        {
            _metrics.Answered(rejection, ChallengeMetrics.Refused);

            // The API demands what Entra will not grant: neither answer alone would tell the caller that.
            response.Dispose();
            throw new TokenAcquisitionException(exception.Error.InAnswerTo(sent.Origin, rejection.Claims!), exception.Attempts);
        }
        catch
        {
            response.Dispose();
            throw;
        }

        if (ReferenceEquals(renewed, sent.Token) || renewed.Value == sent.Token.Value)
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
}
