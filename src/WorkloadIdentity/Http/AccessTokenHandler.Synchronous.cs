namespace WorkloadIdentity;

/// <content>Synchronous sending.</content>
public sealed partial class AccessTokenHandler
{
    /// <inheritdoc/>
    protected override HttpResponseMessage Send(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        if (!TryBegin(request, out var message))
        {
            return base.Send(WithoutToken(request), cancellationToken);
        }

        var sent = Authorize(message, Blocking.Wait(
            static get => get.Handler.GetTokenAsync(get.Request, get.cancellationToken),
            (Handler: this, message.Request, cancellationToken)));
        HttpResponseMessage response;
        try
        {
            response = base.Send(sent.Message, cancellationToken);
        }
        catch
        {
            sent.End();
            throw;
        }

        return sent.FinishUnlessRejected(response, _requests.ContinuousAccess) is { } rejection
            ? RenewAndFinish(response, rejection, sent, cancellationToken)
            : response;
    }

    private HttpResponseMessage RenewAndFinish(
        HttpResponseMessage response, TokenRejection rejection, AuthorizedRequest sent, CancellationToken cancellationToken)
    {
        try
        {
            var rejected = (Message: sent, response);
            if (Blocking.Wait(() => RenewAsync(rejected.Message, rejection, rejected.response, cancellationToken)) is { } renewed)
            {
                sent = Authorize(sent, renewed);
                response = base.Send(sent.Message, cancellationToken);
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
}
