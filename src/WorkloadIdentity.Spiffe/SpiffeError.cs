namespace WorkloadIdentity.Spiffe;

/// <summary>The errors of this package. The section <c>spiffe</c> of docs/errors.md explains them.</summary>
internal static class SpiffeError
{
    private const string HelpAnchor = "spiffe";

    public static TokenError Of(TokenErrorKind kind, string message) => new(kind, message) { HelpAnchor = HelpAnchor };

    public static TokenError Of(TokenErrorKind kind, string message, bool isTransient, Exception? exception = null) =>
        new(kind, message) { HelpAnchor = HelpAnchor, IsTransient = isTransient, Exception = exception };
}
