using System.Globalization;
using System.Text;

namespace WorkloadIdentity;

/// <summary>
/// A server that issues assertions. It is called once per attempt, with bounds on time and size; the token exchange retries transient
/// failures. If the response is not an assertion, only its status gets into the error message.
/// </summary>
/// <param name="name">The server, as the beginning of a sentence.</param>
/// <param name="advice">What to do if it issues none: a whole sentence.</param>
/// <param name="anchor">The section of docs/errors.md.</param>
internal sealed class AssertionEndpoint(string name, string advice, string anchor)
{
    /// <summary>Sends the request and turns the response into a verdict.</summary>
    /// <param name="client">The client that sends.</param>
    /// <param name="message">The request. It is disposed here.</param>
    /// <param name="timeLimit">How long the response may take.</param>
    /// <param name="request">The request for the assertion.</param>
    /// <param name="field">The member of a JSON object that holds the assertion; null if the whole body is the assertion.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
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
                error.Kind == TokenErrorKind.InvalidResponse ? new TokenError(error, $"{error.Message} {advice}") : error);
        }

        if (!answer.IsSuccess)
        {
            var isThrottled = answer.Status == 429;
            return AssertionResult.Failed(new TokenError(
                isThrottled ? TokenErrorKind.Throttled : TokenErrorKind.Refused,
                $"{name} did not issue an assertion (HTTP {answer.Status.ToString(CultureInfo.InvariantCulture)}). {advice}")
            {
                StatusCode = answer.Status,
                RetryAfter = answer.RetryAfter,
                IsTransient = isThrottled || answer.Status is 408 or >= 500,
                HelpAnchor = anchor,
            });
        }

        var (assertion, problem) = field is null ? Text(answer.Body) : Member(answer.Body, field);
        problem ??= JwtForm.Wrapping(assertion) is { } stray ? $"returned text that {stray}; expected one JWT" : null;
        return problem is null
            ? AssertionResult.Issued(assertion!)
            : Unusable(TokenErrorKind.InvalidResponse, $"{name} {problem}. {advice}");
    }

    /// <summary>The source is here, but there is no assertion to send.</summary>
    public AssertionResult Unusable(TokenErrorKind kind, string message) =>
        AssertionResult.Failed(new TokenError(kind, message) { HelpAnchor = anchor });

    /// <summary>The build system sets both variables, and this program got only one of them.</summary>
    public AssertionResult OnlyOneIsSet(string variable, string other) =>
        Unusable(TokenErrorKind.InvalidConfiguration, $"Only one of {variable} and {other} is set. Pass both to this program.");

    /// <summary>A variable has a value that no request can be made of.</summary>
    public AssertionResult CannotAsk(string? problem) =>
        Unusable(TokenErrorKind.InvalidConfiguration, $"Cannot request an id token: {problem}");

    /// <summary>The source is not here.</summary>
    public AssertionResult Absent(string message) =>
        AssertionResult.Unavailable(new TokenError(TokenErrorKind.NotConfigured, message) { HelpAnchor = anchor });

    private static (string? Assertion, string? Problem) Text(byte[] body) => (Encoding.UTF8.GetString(body).Trim(), null);

    private static (string? Assertion, string? Problem) Member(byte[] body, string field)
    {
        using var document = StrictJson.Parse(body);
        return document is null ? (null, "did not return one readable JSON object. Something else may answer at its address")
            : document.RootElement.Text(field) is { } value ? (value.Trim(), null)
            : (null, $"returned a JSON object without a string named '{field}'");
    }
}
