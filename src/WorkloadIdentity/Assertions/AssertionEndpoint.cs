using System.Globalization;
using System.Text;

namespace WorkloadIdentity;

/// <summary>
/// A server that gives assertions, asked once and within bounds: what fails in passing is retried by the token exchange, on its one
/// schedule. Of an answer that is no assertion only the status enters a message.
/// </summary>
/// <param name="name">Who is asked, in words that begin a sentence.</param>
/// <param name="advice">What to do when it gives none: a whole sentence.</param>
/// <param name="anchor">Where docs/errors.md explains it.</param>
internal sealed class AssertionEndpoint(string name, string advice, string anchor)
{
    /// <summary>Sends, and makes a verdict of the answer.</summary>
    /// <param name="client">Who sends.</param>
    /// <param name="message">What to send; disposed here.</param>
    /// <param name="timeLimit">How long one answer may take.</param>
    /// <param name="request">What the assertion is for.</param>
    /// <param name="field">The member of a JSON object that holds the assertion; null when the whole body is it.</param>
    /// <param name="cancellationToken">The caller's.</param>
    public async ValueTask<AssertionResult> AskAsync(
        HttpClient client, HttpRequestMessage message, TimeSpan timeLimit, AssertionRequest request, string? field,
        CancellationToken cancellationToken) =>
        Read(
            await Backchannel.SendAsync(client, message, name, timeLimit, request.TimeProvider, cancellationToken).ConfigureAwait(false),
            field);

    public AssertionResult Read(BackchannelAnswer answer, string? field)
    {
        if (answer.Error is { } error)
        {
            return AssertionResult.Failed(
                error.Kind == TokenErrorKind.InvalidResponse ? error.WithMessage($"{error.Message} {advice}") : error);
        }

        if (!answer.IsSuccess)
        {
            var isThrottled = answer.Status == 429;
            return AssertionResult.Failed(new TokenError(
                isThrottled ? TokenErrorKind.Throttled : TokenErrorKind.Refused,
                $"{name} gave no assertion (HTTP {answer.Status.ToString(CultureInfo.InvariantCulture)}). {advice}")
            {
                StatusCode = answer.Status,
                RetryAfter = answer.RetryAfter,
                IsTransient = isThrottled || answer.Status is 408 or >= 500,
                HelpAnchor = anchor,
            });
        }

        var (assertion, problem) = field is null ? Text(answer.Body) : Member(answer.Body, field);
        problem ??= JwtForm.Wrapping(assertion) is { } stray ? $"with text that {stray} and not with one JWT" : null;
        return problem is null
            ? AssertionResult.Issued(assertion!)
            : Unusable(TokenErrorKind.InvalidResponse, $"{name} answered, but {problem}. {advice}");
    }

    /// <summary>Nothing that could be sent.</summary>
    public AssertionResult Unusable(TokenErrorKind kind, string message) =>
        AssertionResult.Failed(new TokenError(kind, message) { HelpAnchor = anchor });

    /// <summary>None of it is here.</summary>
    public AssertionResult Absent(string message) =>
        AssertionResult.Unavailable(new TokenError(TokenErrorKind.NotConfigured, message) { HelpAnchor = anchor });

    private static (string? Assertion, string? Problem) Text(byte[] body) => (Encoding.UTF8.GetString(body).Trim(), null);

    private static (string? Assertion, string? Problem) Member(byte[] body, string field)
    {
        using var document = StrictJson.Parse(body);
        return document is null ? (null, "not with one readable JSON object: something else may answer in its place")
            : document.RootElement.Text(field) is { } value ? (value.Trim(), null)
            : (null, $"its JSON object has no text named '{field}'");
    }
}
