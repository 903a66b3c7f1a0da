namespace WorkloadIdentity;

public sealed partial class TokenError
{
    /// <summary>
    /// What a server or a program wrote, so that it can stand in a message or a log: on one line, shortened, without control characters,
    /// and with whatever looks like a token replaced by <c>(hidden)</c>. A secret of another form is not recognised: remove it before.
    /// </summary>
    /// <param name="text">As it was written.</param>
    /// <returns>The text; null when nothing is left of it.</returns>
    public static string? Quote(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return UntrustedText.Plain(text);
    }

    /// <summary>
    /// What a token says of itself, for a message to whoever sets up the trust in it: the three values that a server compares. Nothing is
    /// verified, and nothing may be decided by it.
    /// </summary>
    /// <param name="token">The token: a JWT, or one that only its issuer can read. No part of it is repeated but these values.</param>
    /// <returns>The end of a sentence: <c>issuer …, audience …, subject …</c>, or that no claims can be read.</returns>
    public static string DescribeJwt(string token)
    {
        ArgumentNullException.ThrowIfNull(token);
        return UnverifiedJwt.TryRead(token) is { } jwt
            ? $"issuer {Shown(jwt.Issuer)}, audience {Shown(string.Join(", ", jwt.Audiences))}, subject {Shown(jwt.Subject)}"
            : "no claims that can be read";

        static string Shown(string? claim) => Quote(claim ?? "") ?? "(none)";
    }

    /// <summary>
    /// The message of an exception, without the parameter's name that .NET appends to it. The name means nothing to a reader of settings.
    /// </summary>
    /// <param name="exception">The exception, such as an <see cref="ArgumentException"/>.</param>
    public static string Explain(Exception exception)
    {
        ArgumentNullException.ThrowIfNull(exception);
        return exception is ArgumentException { ParamName: { } name }
            ? exception.Message.Replace($" (Parameter '{name}')", "", StringComparison.Ordinal)
            : exception.Message;
    }
}
