using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace WorkloadIdentity;

/// <summary>
/// A refusal in any of the forms hosts give it: <c>{error, error_description}</c>, <c>{error: {code, message, correlationId}}</c>,
/// <c>{code, message}</c>, <c>{statusCode, message}</c>, <c>{Message}</c>, text, HTML or nothing. Its text is only searched, never shown.
/// </summary>
internal sealed partial class HostErrorResponse
{
    private readonly string _text;

    private HostErrorResponse(string? code, string? correlationId, string text, bool isError = false)
    {
        _text = text;
        IsError = isError;
        Code = code is not null && IsCode().IsMatch(code) ? code : null;
        CorrelationId = Guid.TryParseExact(correlationId, "D", out _) ? correlationId : null;
        EntraErrorCodes =
            [.. EntraCode().Matches(text).Select(match => long.Parse(match.Groups[1].ValueSpan, CultureInfo.InvariantCulture)).Distinct()
                .Take(4)];
    }

    /// <summary>The host's own code, such as <c>invalid_resource</c>; null when it gave none that looks like a code.</summary>
    public string? Code { get; }

    public string? CorrelationId { get; }

    /// <summary>Whether it states an error. Some hosts do so with a status of success.</summary>
    public bool IsError { get; }

    /// <summary>Entra's codes that the host passed on.</summary>
    public IReadOnlyList<long> EntraErrorCodes { get; }

    public bool Says(string phrase) => _text.Contains(phrase, StringComparison.OrdinalIgnoreCase);

    /// <param name="said">The body as a token response; null when it is not one readable JSON object.</param>
    /// <param name="body">What the host sent.</param>
    public static HostErrorResponse Read(TokenAnswer? said, byte[] body) => said is null
        ? new HostErrorResponse(code: null, correlationId: null, Encoding.UTF8.GetString(body))
        : new HostErrorResponse(
            said.Error ?? said.HostCode,
            said.HostCorrelationId ?? said.CorrelationId,
            said.ErrorDescription ?? said.HostMessage ?? "",
            isError: (said.Error ?? said.HostCode) is { Length: > 0 });

    // Words, at most with a number behind them: what a foreign server says goes into logs, and it may play back the secret it was sent.
    [GeneratedRegex(@"\A[A-Za-z][A-Za-z_.-]{0,58}[0-9]{0,5}\z", RegexOptions.CultureInvariant)]
    private static partial Regex IsCode();

    [GeneratedRegex(@"AADSTS([0-9]{4,9})\b", RegexOptions.CultureInvariant)]
    private static partial Regex EntraCode();
}
