using Azure.Core;
using Azure.Identity;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace WorkloadIdentity.Azure;

/// <summary>Makes a token acquirer usable by clients of the Azure SDK and of System.ClientModel (such as OpenAI).</summary>
public static class TokenCredentialExtensions
{
    /// <summary>
    /// The acquirer as a <see cref="TokenCredential"/>: clients that use it and handlers that use the acquirer share one cache.
    /// </summary>
    /// <param name="acquirer">The acquirer. It is not disposed with the credential.</param>
    /// <param name="loggerFactory">Where messages go; null logs nothing.</param>
    /// <returns>
    /// A credential that is safe for concurrent use. It throws <see cref="CredentialUnavailableException"/> when nothing here can give a
    /// token (so that a <see cref="ChainedTokenCredential"/> goes on), <see cref="AuthenticationFailedException"/> when a token could not
    /// be had, both with the <see cref="TokenAcquisitionException"/> as inner exception, and <see cref="OperationCanceledException"/> when
    /// the caller cancelled.
    /// </returns>
    /// <remarks>
    /// A client may name a tenant (that of a service's challenge). An application asks there, if it serves that tenant; to an identity that
    /// lives in one tenant only, a managed identity, the name is a hint and is left out.
    /// </remarks>
    public static TokenCredential AsTokenCredential(this ITokenAcquirer acquirer, ILoggerFactory? loggerFactory = null)
    {
        ArgumentNullException.ThrowIfNull(acquirer);
        var logger = loggerFactory?.CreateLogger(Log.Category) ?? NullLogger.Instance;
        return new AcquirerTokenCredential(acquirer, userAssertion: null, logger);
    }

    /// <summary>
    /// The acquirer as a <see cref="TokenCredential"/> that acts on behalf of one user
    /// (<see href="https://learn.microsoft.com/entra/identity-platform/v2-oauth2-on-behalf-of-flow">on-behalf-of flow</see>). Make one for
    /// each call of a user.
    /// </summary>
    /// <param name="acquirer">The acquirer of an application. It is not disposed with the credential.</param>
    /// <param name="userAssertion">The access token the user's client sent to this application, without <c>Bearer</c>. A secret.</param>
    /// <returns>A credential as above. It never answers for anybody but that user: with a managed identity every request fails.</returns>
    /// <exception cref="ArgumentException"><paramref name="userAssertion"/> is empty or holds a control character.</exception>
    public static TokenCredential AsTokenCredential(this ITokenAcquirer acquirer, string userAssertion)
    {
        ArgumentNullException.ThrowIfNull(acquirer);
        ArgumentException.ThrowIfNullOrWhiteSpace(userAssertion);

        // Checked here, where it is given, rather than at the first request.
        _ = new TokenRequest("check/.default") { UserAssertion = userAssertion };
        return new AcquirerTokenCredential(acquirer, userAssertion, NullLogger.Instance);
    }
}
