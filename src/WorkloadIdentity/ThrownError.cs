namespace WorkloadIdentity;

/// <summary>Turns what was thrown during an acquisition into an error. The one place that does.</summary>
internal static class ThrownError
{
    /// <param name="exception">What was thrown; not the caller's own cancellation.</param>
    /// <param name="who">The subject of a sentence: <c>The credential 'x'</c>. It holds no secret.</param>
    /// <param name="network">
    /// The kind of an error of the network. <see cref="TokenErrorKind.Unreachable"/> is retried; code that must not be called again for it
    /// gets another kind.
    /// </param>
    public static TokenError Of(Exception exception, string who, TokenErrorKind network = TokenErrorKind.Unreachable) => exception switch
    {
        TokenAcquisitionException { Error: { } error } => error,

        // Somebody else's cancellation, such as a client's own timeout. For our caller that is a time limit, not a cancellation.
        OperationCanceledException => new TokenError(TokenErrorKind.TimedOut, $"{who} was cut off by a time limit of its own.")
        {
            Exception = exception,
        },
        _ => new TokenError(
            exception is HttpRequestException or IOException ? network : TokenErrorKind.InvalidConfiguration,
            $"{who} threw {exception.GetType().Name}; it is kept as the inner exception.")
        {
            Exception = exception,
        },
    };
}
