using System.Text.Json;

namespace WorkloadIdentity.Governance;

/// <summary>What Graph said, and what to do.</summary>
public sealed class GraphError
{
    internal GraphError(GraphErrorKind kind, string message)
    {
        Kind = kind;
        Message = message;
    }

    /// <summary>What went wrong.</summary>
    public GraphErrorKind Kind { get; }

    /// <summary>What happened, and the next step.</summary>
    public string Message { get; }

    /// <summary>The status; null without an answer.</summary>
    public int? StatusCode { get; init; }

    /// <summary>Graph's code, such as <c>Authorization_RequestDenied</c>.</summary>
    public string? Code { get; init; }

    /// <summary>Graph's words, on one line, shortened, without anything like a token.</summary>
    public string? ServerMessage { get; init; }

    /// <summary>The id of the request, for Microsoft's support.</summary>
    public string? RequestId { get; init; }

    /// <summary>How long Graph asked to wait.</summary>
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>Whether the same request may succeed later.</summary>
    public bool IsTransient => !IsStop && Kind is GraphErrorKind.Throttled or GraphErrorKind.Unavailable
        or GraphErrorKind.Unreachable or GraphErrorKind.TimedOut or GraphErrorKind.InvalidResponse;

    /// <summary>
    /// Whether a change may have been made although it failed: its answer was lost. Read the object and compare before you try again.
    /// </summary>
    public bool IsOutcomeUnknown { get; init; }

    /// <summary>Whether Graph certainly changed nothing: it was not reached, or refused.</summary>
    internal bool IsUndone { get; init; }

    /// <summary>Whether it was stopped here, because of a danger that a later try does not end.</summary>
    internal bool IsStop { get; init; }

    /// <summary>The message.</summary>
    public override string ToString() => Message;

    /// <summary>The same error of a change that may have been made.</summary>
    internal GraphError OfUnknownOutcome() =>
        new(Kind, $"{Message} It is not known whether the change was made: read the object before you try again.")
        {
            StatusCode = StatusCode,
            Code = Code,
            ServerMessage = ServerMessage,
            RequestId = RequestId,
            RetryAfter = RetryAfter,
            IsOutcomeUnknown = true,
        };

    /// <summary>The error of an answer.</summary>
    /// <param name="what">What was asked, such as <c>GET /v1.0/applications</c>.</param>
    /// <param name="status">The status.</param>
    /// <param name="body">The body; null if it cannot be read.</param>
    /// <param name="requestId">The id of the request.</param>
    /// <param name="retryAfter">How long Graph asked to wait.</param>
    internal static GraphError Of(string what, int status, GraphErrorBody? body, string? requestId, TimeSpan? retryAfter)
    {
        var code = ServerText.Clean(body?.Error?.Code, 100);
        var words = ServerText.Clean(body?.Error?.Message, 300);
        var kind = KindOf(status, code, words);
        var said = $"Graph answered {what} with {status}{(code is null ? "" : $" ({code})")}{(words is null ? "." : $": {words}")}";
        return new GraphError(kind, $"{said}{(said.EndsWith('.') ? "" : ".")}{NextStep(kind)}")
        {
            StatusCode = status,
            Code = code,
            ServerMessage = words,
            RequestId = requestId,
            RetryAfter = retryAfter,
            IsUndone = status is >= 400 and < 500 and not 408,
        };
    }

    /// <summary>The error of a body that is, or should be, JSON.</summary>
    internal static GraphErrorBody? Read(ReadOnlySpan<byte> body, GraphJson json)
    {
        try
        {
            return JsonSerializer.Deserialize(body, json.Error);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static GraphErrorKind KindOf(int status, string? code, string? words) => status switch
    {
        401 => GraphErrorKind.Unauthorized,
        400 or 403 when SpeaksOfLicense(code) || SpeaksOfLicense(words) => GraphErrorKind.LicenseMissing,
        403 => GraphErrorKind.PermissionMissing,
        410 => GraphErrorKind.Expired,
        400 when IsExpiredState(code) => GraphErrorKind.Expired,
        404 => GraphErrorKind.NotFound,
        429 => GraphErrorKind.Throttled,
        409 when SpeaksOfDuplicate(code) => GraphErrorKind.Conflict,
        408 or 409 or 424 or >= 500 => GraphErrorKind.Unavailable,
        _ => GraphErrorKind.Refused,
    };

    // "Authentication_RequestFromNonPremiumTenantOrB2CTenant", "AadPremiumLicenseRequired", "The tenant needs … a Premium license".
    private static bool SpeaksOfLicense(string? text) => text is not null
        && (text.Contains("license", StringComparison.OrdinalIgnoreCase) || text.Contains("premium", StringComparison.OrdinalIgnoreCase));

    // "Request_MultipleObjectsWithSameKeyValue", "ObjectAlreadyExists". Other conflicts come from a change at the same time.
    private static bool SpeaksOfDuplicate(string? code) => code is not null
        && (code.Contains("SameKeyValue", StringComparison.OrdinalIgnoreCase)
            || code.Contains("Exists", StringComparison.OrdinalIgnoreCase));

    private static bool IsExpiredState(string? code) =>
        code is not null && (code.Contains("syncState", StringComparison.OrdinalIgnoreCase)
            || code.Contains("resyncRequired", StringComparison.OrdinalIgnoreCase));

    private static string NextStep(GraphErrorKind kind) => kind switch
    {
        GraphErrorKind.Unauthorized => " Check the identity, the tenant and the cloud of the token.",
        GraphErrorKind.PermissionMissing => " Grant the identity the application permission of this operation, with admin consent.",
        GraphErrorKind.LicenseMissing => " The tenant needs another licence for this operation.",
        GraphErrorKind.Expired => " Read the list again from its start.",
        GraphErrorKind.Throttled => " Other clients may be using up the limits of the tenant. Try again later.",
        GraphErrorKind.Unavailable => " Try again later.",
        _ => "",
    };
}
