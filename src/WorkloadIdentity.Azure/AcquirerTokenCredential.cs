using System.Diagnostics;
using Azure.Core;
using Microsoft.Extensions.Logging;
using AzureAccessToken = Azure.Core.AccessToken;

namespace WorkloadIdentity.Azure;

/// <summary>A token acquirer as the Azure SDK sees it. It holds no token: the acquirer's cache is the only one.</summary>
[DebuggerDisplay("{ToString(),nq}")]
internal sealed class AcquirerTokenCredential(ITokenAcquirer acquirer, string? userAssertion, ILogger logger) : TokenCredential
{
    // Set once it is certain that the identity of the acquirer does not support a named tenant. That never changes.
    private volatile bool _livesInOneTenant;
    private int _bearerInsteadLogged;

    /// <summary>Asks the acquirer, asynchronously or by blocking.</summary>
    private delegate ValueTask<AccessToken> Ask(TokenRequest request, string? claims, CancellationToken cancellationToken);

    public override AzureAccessToken GetToken(TokenRequestContext requestContext, CancellationToken cancellationToken)
    {
        // Each token was waited for by blocking, so the work is complete.
        var work = GetAsync(requestContext, AskBlocking, cancellationToken);
        Debug.Assert(work.IsCompleted, "A token was waited for asynchronously.");
        return work.GetAwaiter().GetResult();
    }

    public override ValueTask<AzureAccessToken> GetTokenAsync(TokenRequestContext requestContext, CancellationToken cancellationToken) =>
        GetAsync(requestContext, AskAsync, cancellationToken);

    private async ValueTask<AzureAccessToken> GetAsync(TokenRequestContext requestContext, Ask ask, CancellationToken cancellationToken)
    {
        try
        {
            var request = RequestedToken.Read(requestContext, userAssertion);
            var token = await GetAsync(request, requestContext.Claims, ask, cancellationToken).ConfigureAwait(false);
            if (requestContext.IsProofOfPossessionEnabled && Interlocked.Exchange(ref _bearerInsteadLogged, 1) == 0)
            {
                Log.BearerInstead(logger);
            }

            return new AzureAccessToken(token.Value, token.ExpiresOn, token.RefreshOn, token.TokenType);
        }
        catch (TokenAcquisitionException exception)
        {
            throw AuthenticationErrors.For(exception);
        }
    }

    public override string ToString() =>
        userAssertion is null ? "WorkloadIdentity token acquirer" : "WorkloadIdentity token acquirer, on behalf of a user";

    private async ValueTask<AccessToken> GetAsync(TokenRequest request, string? claims, Ask ask, CancellationToken cancellationToken)
    {
        // A user's tenant is not a hint: the user exists only there.
        if (request.TenantId is null || request.UserAssertion is not null)
        {
            return await ask(request, claims, cancellationToken).ConfigureAwait(false);
        }

        if (!_livesInOneTenant)
        {
            try
            {
                return await ask(request, claims, cancellationToken).ConfigureAwait(false);
            }
            catch (TokenAcquisitionException exception) when (TenantIsInTheWay(exception))
            {
            }
        }

        var inOwnTenant = new TokenRequest(request.Scope) { ContinuousAccess = request.ContinuousAccess };
        var token = await ask(inOwnTenant, claims, cancellationToken).ConfigureAwait(false);
        if (_livesInOneTenant)
        {
            return token;
        }

        // A chain may have chosen a credential only now, and that one may support tenants.
        try
        {
            return await ask(request, claims, cancellationToken).ConfigureAwait(false);
        }
        catch (TokenAcquisitionException exception) when (TenantIsInTheWay(exception))
        {
            _livesInOneTenant = true;
            return token;
        }
    }

    /// <remarks>
    /// Azure clients do not say which token was rejected, so only the claims identify the challenge: the same claims again are answered
    /// with the token of the first answer.
    /// </remarks>
    private ValueTask<AccessToken> AskAsync(TokenRequest request, string? claims, CancellationToken cancellationToken) =>
        string.IsNullOrEmpty(claims)
        ? acquirer.GetTokenAsync(request, cancellationToken)
        : acquirer.RenewTokenAsync(request, rejected: null, claims, cancellationToken);

    private ValueTask<AccessToken> AskBlocking(TokenRequest request, string? claims, CancellationToken cancellationToken) =>
        new(string.IsNullOrEmpty(claims)
            ? acquirer.GetToken(request, cancellationToken)
            : acquirer.RenewToken(request, rejected: null, claims, cancellationToken));

    /// <summary>Claims may be left unanswered beside it (the API repeats its 401); a user or an FMI path never is.</summary>
    private static bool TenantIsInTheWay(TokenAcquisitionException exception) =>
        exception.Error.UnsupportedFeatures is RequestFeatures.TenantId or (RequestFeatures.TenantId | RequestFeatures.Claims);
}
