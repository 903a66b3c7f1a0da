namespace WorkloadIdentity.Spiffe;

/// <summary>The errors of this package. The section <c>spiffe</c> of docs/errors.md explains them.</summary>
internal static class SpiffeError
{
    private const string HelpAnchor = "spiffe";

    public static TokenError Of(TokenErrorKind kind, string message, Exception? exception = null) =>
        new(kind, message) { HelpAnchor = HelpAnchor, Exception = exception };

    /// <summary>An error that may be over a little later, which its kind does not say.</summary>
    public static TokenError Transient(TokenErrorKind kind, string message) => new(Of(kind, message)) { IsTransient = true };
}
