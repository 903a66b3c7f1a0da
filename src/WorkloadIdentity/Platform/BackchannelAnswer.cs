using System.Net.Http.Headers;

namespace WorkloadIdentity;

/// <summary>A server's response, read within bounds; or why there is none.</summary>
internal sealed class BackchannelAnswer
{
    private readonly HttpResponseHeaders? _headers;
    private readonly DateTimeOffset _receivedOn;
    private TokenAnswer? _said;
    private bool _isRead;

    private BackchannelAnswer(
        TokenError? error, int status, HttpResponseHeaders? headers, byte[] body, DateTimeOffset sentOn, DateTimeOffset receivedOn)
    {
        Error = error;
        Status = status;
        Body = body;
        _headers = headers;
        SentOn = sentOn;
        _receivedOn = receivedOn;
    }

    /// <summary>Why there is no usable response; null if there is one.</summary>
    public TokenError? Error { get; }

    /// <summary>Whether a server responded at all.</summary>
    public bool WasReceived => _headers is not null;

    public int Status { get; }

    public bool IsSuccess => Error is null && Status is >= 200 and < 300;

    public byte[] Body { get; }

    /// <summary>
    /// When the request was sent. Lifetimes count from here, so that a slow response never makes a token expire later.
    /// </summary>
    public DateTimeOffset SentOn { get; }

    /// <summary>The body as a token response, read once; null when it is not one readable JSON object.</summary>
    public TokenAnswer? Said
    {
        get
        {
            if (!_isRead)
            {
                _said = TokenAnswer.Read(Body);
                _isRead = true;
            }

            return _said;
        }
    }

    /// <summary>
    /// When the server responded, by its own clock (RFC 9110 section 6.6.1); null if it does not say so readably.
    /// </summary>
    public DateTimeOffset? AnsweredOn => _headers?.Date;

    /// <summary>
    /// How long the server asked to wait (RFC 9110 section 10.2.3), more than zero. A date is measured from the server's own, because the
    /// two clocks may differ. Null if it asked for no wait, in an unreadable form, or for a time in the past: then the usual delays apply.
    /// </summary>
    public TimeSpan? RetryAfter
    {
        get
        {
            var wait = _headers?.RetryAfter is not { } value ? null
                : value.Delta ?? (value.Date is { } date ? date - (AnsweredOn ?? _receivedOn) : null);
            return wait > TimeSpan.Zero ? wait : null;
        }
    }

    /// <summary>A header's first raw value.</summary>
    public string? Header(string name) =>
        _headers is not null && _headers.NonValidated.TryGetValues(name, out var values) ? values.FirstOrDefault() : null;

    /// <summary>All raw values of a header.</summary>
    public IEnumerable<string> Headers(string name) =>
        _headers is not null && _headers.NonValidated.TryGetValues(name, out var values) ? values : [];

    public static BackchannelAnswer Failed(TokenError error) => new(error, 0, headers: null, [], default, default);

    /// <summary>A response of which only the headers are used.</summary>
    public static BackchannelAnswer Unusable(HttpResponseMessage response, TokenError error) =>
        new(error, 0, response.Headers, [], default, default);

    public static BackchannelAnswer Received(
        HttpResponseMessage response, byte[] body, DateTimeOffset sentOn, DateTimeOffset receivedOn) =>
        new(error: null, (int)response.StatusCode, response.Headers, body, sentOn, receivedOn);
}
