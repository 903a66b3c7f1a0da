namespace WorkloadIdentity;

/// <summary>
/// The <c>user_fic</c> grant: a token for the user account of an agent identity
/// (<see href="https://learn.microsoft.com/entra/agent-id/identity-platform/agent-user-oauth-flow">agent user flow</see>). The agent
/// identity gets a token of the exchange for itself first, and then shows it beside its blueprint's token. Neither is kept.
/// </summary>
internal static class AgentUserGrant
{
    public static async ValueTask<TokenResult> AcquireAsync(
        TokenEndpoint endpoint, TokenExchange exchange, CancellationToken cancellationToken)
    {
        var audience = exchange.ToAssertionRequest().RequireAudience();
        var own = exchange.ForAgentToken(
            new TokenRequest($"{audience}{ResourceName.DefaultSuffix}") { TenantId = exchange.Request.TenantId });
        var result = await endpoint.AcquireAsync(own, cancellationToken).ConfigureAwait(false);
        if (result.Token is { } token)
        {
            return await endpoint.AcquireAsync(exchange.WithAgentToken(token.Value, own.Assertion), cancellationToken)
                .ConfigureAwait(false);
        }

        var error = new TokenError(
            result.Error!,
            $"The token for the agent's user {exchange.Request.AgentUser} was not requested, because agent identity {exchange.ClientId} "
                + $"did not get its own token for the exchange. {result.Error!.Message}");
        return result.Verdict == TokenVerdict.Unavailable ? TokenResult.Unavailable(error) : TokenResult.Failed(error);
    }
}
