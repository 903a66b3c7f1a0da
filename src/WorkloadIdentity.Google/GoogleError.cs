using System.Net;

namespace WorkloadIdentity.Google;

/// <summary>The errors of this package. The section <c>google</c> of docs/errors.md explains them.</summary>
internal static class GoogleError
{
    private const string HelpAnchor = "google";

    public static TokenError Of(TokenErrorKind kind, string message, HttpStatusCode? status = null, Exception? exception = null)
    {
        var error = new TokenError(kind, message) { HelpAnchor = HelpAnchor, StatusCode = (int?)status, Exception = exception };
        return status >= HttpStatusCode.InternalServerError ? new TokenError(error) { IsTransient = true } : error;
    }
}
