using System.Globalization;

namespace WorkloadIdentity.Testing;

/// <summary>Something that goes wrong in an endpoint's place. Queue it with <see cref="EndpointFaults.Next"/>. Immutable.</summary>
public sealed class Fault
{
    private Fault(string name) => Name = name;

    /// <summary>The answer is HTML with status 200: a captive portal, a proxy's error page.</summary>
    public static Fault Garbage { get; } = Body("<html><body>Sign in to the network</body></html>", "text/html");

    /// <summary>The connection is reset without an answer.</summary>
    public static Fault Reset { get; } = new("reset") { Cuts = true };

    /// <summary>There is no answer until the caller gives up.</summary>
    public static Fault Hang { get; } = new("hang") { Wait = Timeout.InfiniteTimeSpan, Cuts = true };

    /// <summary>The API rejects the token with <c>invalid_token</c>, whatever it is. For <see cref="EmulatorFaults.Api"/> only.</summary>
    public static Fault RejectToken { get; } = new("invalid_token")
    {
        OnlyFor = EndpointKind.Api,
        Answer = (endpoint, exchange) => ((ApiEndpoint)endpoint).Reject(exchange, "The token is rejected on demand"),
        Error = "invalid_token",
    };

    /// <summary>What it is, for the journal.</summary>
    public string Name { get; }

    /// <summary>The answer in the place of an endpoint; null when the endpoint itself answers, or nobody.</summary>
    internal Func<EmulatedEndpoint, EmulatorExchange, EmulatedAnswer>? Answer { get; private init; }

    /// <summary>How long to wait first.</summary>
    internal TimeSpan Wait { get; private init; }

    /// <summary>Whether the connection is cut.</summary>
    internal bool Cuts { get; private init; }

    /// <summary>Whether something else answers in the endpoint's place, under no name of the endpoint's.</summary>
    internal bool IsFromElsewhere { get; private init; }

    internal EndpointKind? OnlyFor { get; private init; }

    internal string? Error { get; private init; }

    internal long? ErrorCode { get; private init; }

    /// <summary>A bare status, such as 503, with <c>Retry-After</c> where given.</summary>
    /// <param name="status">200 to 599.</param>
    /// <param name="retryAfter">Whole seconds; no header when null.</param>
    /// <param name="body">The body, as plain text.</param>
    public static Fault Status(int status, TimeSpan? retryAfter = null, string body = "")
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(status, 200);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(status, 599);
        ArgumentNullException.ThrowIfNull(body);
        return new Fault($"status {status}") { Answer = (_, _) => RetryAfter(EmulatedAnswer.Text(status, body), retryAfter) };
    }

    /// <summary>
    /// 429 with <c>Retry-After</c>, in the form in which the endpoint throttles: JSON of Graph and of IMDS, otherwise plain text as of
    /// Entra.
    /// </summary>
    public static Fault Throttled(TimeSpan retryAfter) => new("status 429")
    {
        Answer = (endpoint, exchange) => RetryAfter(endpoint.Throttle(exchange), retryAfter),
    };

    /// <summary>A redirect, which no client that carries credentials may follow.</summary>
    public static Fault Redirect(Uri location, int status = 307)
    {
        ArgumentNullException.ThrowIfNull(location);
        if (status is not (301 or 302 or 303 or 307 or 308))
        {
            throw new ArgumentOutOfRangeException(nameof(status), status, "A redirect is 301, 302, 303, 307 or 308.");
        }

        return new Fault($"redirect {status}")
        {
            IsFromElsewhere = true,
            Answer = (_, _) => EmulatedAnswer.Text(status, "").With("Location", location.OriginalString),
        };
    }

    /// <summary>Any body with any status: malformed JSON, missing fields, absurd dates.</summary>
    public static Fault Body(string body, string contentType = "application/json", int status = 200)
    {
        ArgumentNullException.ThrowIfNull(body);
        ArgumentException.ThrowIfNullOrWhiteSpace(contentType);
        return new Fault($"body with status {status}")
        {
            IsFromElsewhere = true,
            Answer = (_, _) => EmulatedAnswer.Text(status, body, contentType),
        };
    }

    /// <summary>A body of this many bytes, far more than an answer needs.</summary>
    public static Fault TooLarge(int bytes = 4 * 1024 * 1024)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(bytes);
        return new Fault($"{bytes} bytes") { Answer = (_, _) => EmulatedAnswer.Text(200, new string(' ', bytes), "application/json") };
    }

    /// <summary>The true answer, late, on the emulator's clock.</summary>
    public static Fault Delay(TimeSpan delay)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(delay, TimeSpan.Zero);
        return new Fault($"delay {delay}") { Wait = delay };
    }

    /// <summary>A refusal in Entra's form. For <see cref="EmulatorFaults.TokenEndpoint"/> only.</summary>
    /// <param name="code">Entra's code: 53003 for AADSTS53003.</param>
    /// <param name="error">The OAuth error; that which goes with the code when null, and <c>invalid_grant</c> for a code that is not known
    /// here.</param>
    /// <param name="status">The HTTP status; that which goes with the code when null, and 400 for a code that is not known here.</param>
    /// <param name="suberror">Entra's <c>suberror</c>; when null none, but <c>basic_action</c> with <c>interaction_required</c>.</param>
    /// <param name="claims">The claims the caller must satisfy, as JSON text; none when null.</param>
    /// <param name="retryAfter">Whole seconds; no header when null.</param>
    public static Fault Refusal(
        long code, string? error = null, int? status = null, string? suberror = null, string? claims = null, TimeSpan? retryAfter = null)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(code);
        if (error is not null)
        {
            ArgumentException.ThrowIfNullOrWhiteSpace(error);
        }

        var refusal = KnownRefusals.Of(code, error, status, suberror, claims);
        return new Fault($"AADSTS{code}")
        {
            OnlyFor = EndpointKind.TokenEndpoint,
            Answer = (_, exchange) => RetryAfter(refusal.ToAnswer(exchange), retryAfter),
            Error = refusal.Error,
            ErrorCode = code,
        };
    }

    /// <summary>The API demands claims with <c>insufficient_claims</c>. For <see cref="EmulatorFaults.Api"/> only.</summary>
    /// <param name="claims">A JSON object such as <c>{"access_token":{"nbf":{"essential":true,"value":"1604106651"}}}</c>; it is sent in
    /// Base64.</param>
    public static Fault ClaimsChallenge(string claims)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(claims);
        return new Fault("insufficient_claims")
        {
            OnlyFor = EndpointKind.Api,
            Answer = (endpoint, exchange) => ((ApiEndpoint)endpoint).Challenge(exchange, claims),
            Error = "insufficient_claims",
        };
    }

    /// <summary>The fault's name.</summary>
    public override string ToString() => Name;

    private static EmulatedAnswer RetryAfter(EmulatedAnswer answer, TimeSpan? retryAfter) => retryAfter is { } wait
        ? answer.With("Retry-After", ((long)Math.Ceiling(wait.TotalSeconds)).ToString(CultureInfo.InvariantCulture))
        : answer;
}
