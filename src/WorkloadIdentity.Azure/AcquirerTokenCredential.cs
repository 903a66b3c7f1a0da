using System.Diagnostics;
using Azure.Core;
using AzureAccessToken = Azure.Core.AccessToken;

namespace WorkloadIdentity.Azure;

/// <summary>A token acquirer as the Azure SDK sees it. It holds no token: the acquirer's cache is the only one.</summary>
[DebuggerDisplay("{ToString(),nq}")]
internal sealed class AcquirerTokenCredential(ITokenAcquirer acquirer, string? userAssertion) : TokenCredential
{
    // Set once it is certain that the identity behind the acquirer cannot be asked in a named tenant: it never can then.
    private volatile bool _livesInOneTenant;

    public override AzureAccessToken GetToken(TokenRequestContext requestContext, CancellationToken cancellationToken) =>
        Blocking.Wait(() => GetTokenAsync(requestContext, cancellationToken));

    public override async ValueTask<AzureAccessToken> GetTokenAsync(TokenRequestContext requestContext, CancellationToken cancellationToken)
    {
        try
        {
            var request = RequestedToken.Read(requestContext, userAssertion);
            var token = await GetAsync(request, requestContext.Claims, cancellationToken).ConfigureAwait(false);
            if (requestContext.IsProofOfPossessionEnabled)
            {
                (acquirer as TokenAcquirer)?.TellBearerInstead();
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

    private async ValueTask<AccessToken> GetAsync(TokenRequest request, string? claims, CancellationToken cancellationToken)
    {
        // A user's tenant is no hint: it is where that user is known.
        if (request.TenantId is null || request.UserAssertion is not null)
        {
            return await AskAsync(request, claims, cancellationToken).ConfigureAwait(false);
        }

        if (!_livesInOneTenant)
        {
            try
            {
                return await AskAsync(request, claims, cancellationToken).ConfigureAwait(false);
            }
            catch (TokenAcquisitionException exception) when (TenantIsInTheWay(exception))
            {
            }
        }

        var inOwnTenant = new TokenRequest(request.Scope) { ContinuousAccess = request.ContinuousAccess };
        var token = await AskAsync(inOwnTenant, claims, cancellationToken).ConfigureAwait(false);
        if (_livesInOneTenant)
        {
            return token;
        }

        // A chain may have settled on a credential only now, and that one may know tenants.
        try
        {
            return await AskAsync(request, claims, cancellationToken).ConfigureAwait(false);
        }
        catch (TokenAcquisitionException exception) when (TenantIsInTheWay(exception))
        {
            _livesInOneTenant = true;
            return token;
        }
    }

    /// <remarks>
    /// Azure clients do not say which token was rejected, so the claims alone identify the question: the same claims again are answered
    /// with the token that answered them.
    /// </remarks>
    private ValueTask<AccessToken> AskAsync(TokenRequest request, string? claims, CancellationToken cancellationToken) =>
        string.IsNullOrEmpty(claims)
        ? acquirer.GetTokenAsync(request, cancellationToken)
        : acquirer.RenewTokenAsync(request, rejected: null, claims, cancellationToken);

    /// <summary>Claims may be left unanswered beside it (the API repeats its 401); a user or an FMI path never is.</summary>
    private static bool TenantIsInTheWay(TokenAcquisitionException exception) =>
        exception.Error.UnsupportedFeatures is RequestFeatures.TenantId or (RequestFeatures.TenantId | RequestFeatures.Claims);
}
