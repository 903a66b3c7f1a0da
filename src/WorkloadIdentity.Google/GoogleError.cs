using System.Net;

namespace WorkloadIdentity.Google;

/// <summary>The errors of this package. The section <c>google</c> of docs/errors.md explains them.</summary>
internal static class GoogleError
{
    private const string HelpAnchor = "google";

    public static TokenError Of(
        TokenErrorKind kind, string message, bool isTransient, HttpStatusCode? status = null, Exception? exception = null) =>
        new(kind, message)
        {
            HelpAnchor = HelpAnchor,
            IsTransient = isTransient,
            StatusCode = (int?)status,
            Exception = exception,
        };
}
