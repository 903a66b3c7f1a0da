using Azure.Identity;

namespace WorkloadIdentity.Azure;

/// <summary>
/// Our verdict in the exceptions that Azure SDK users already catch. They live in Azure.Core since 1.53, so nothing more is referenced for
/// them.
/// </summary>
internal static class AuthenticationErrors
{
    public static AuthenticationFailedException For(TokenAcquisitionException exception)
    {
        AuthenticationFailedException translated = IsUnavailable(exception)
            ? new CredentialUnavailableException(exception.Message, exception)
            : new AuthenticationFailedException(exception.Message, exception);
        translated.HelpLink = exception.HelpLink;
        return translated;
    }

    /// <summary>Only when everybody who was asked said "not here" may a chain around us go on to another identity.</summary>
    private static bool IsUnavailable(TokenAcquisitionException exception) =>
        exception.Attempts.Count > 0 && exception.Attempts.All(attempt => attempt.Verdict == TokenVerdict.Unavailable);
}
