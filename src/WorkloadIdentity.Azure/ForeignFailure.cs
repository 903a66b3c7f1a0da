using System.Globalization;
using System.Net.Sockets;
using System.Text.RegularExpressions;
using Azure;
using Azure.Identity;

namespace WorkloadIdentity.Azure;

/// <summary>
/// Turns an exception of an Azure credential into a verdict, by exception types and Entra's codes. The text is not repeated: it
/// may contain a server's whole response or a tool's output. The exception is kept as the inner exception.
/// </summary>
internal static partial class ForeignFailure
{
    // A chain of inner exceptions can be circular if a type overrides a property.
    private const int MostExceptions = 16;

    public static TokenResult Judge(string credential, Exception thrown, TokenRequest request)
    {
        // One of our own acquirers inside an Azure chain: its error says more, and contains no secret.
        if (thrown is not CredentialUnavailableException && Within(thrown).OfType<TokenAcquisitionException>().FirstOrDefault() is { } ours)
        {
            return TokenResult.Failed(ours.Error);
        }

        var (kind, what) = thrown switch
        {
            // A missing sign-in derives from "unavailable", but the credential exists and is the right one.
            AuthenticationRequiredException => (TokenErrorKind.Refused, "needs a user to sign in, which a workload cannot do"),
            CredentialUnavailableException => (TokenErrorKind.NotConfigured, "is not available here"),
            _ => Look(thrown),
        };
        var codes = kind == TokenErrorKind.Refused ? CodesOf(thrown) : [];
        var status = StatusOf(thrown);
        var error = new TokenError(
            kind,
            $"The credential '{credential}' {what}{(codes is [var code, ..]
                ? $" (AADSTS{code})"
                : "")}. It threw {thrown.GetType().Name}, kept as the inner exception.")
        {
            Exception = thrown,
            EntraErrorCodes = codes,
            StatusCode = status,
            Scope = request.Scope,
            TenantId = request.TenantId,
            IsTransient = status >= 500 || kind is TokenErrorKind.Throttled or TokenErrorKind.TimedOut or TokenErrorKind.Unreachable,
        };
        return kind == TokenErrorKind.NotConfigured ? TokenResult.Unavailable(error) : TokenResult.Failed(error);
    }

    /// <summary>The response of a server says most, then an error of the network. Anything else is a setting or a bug.</summary>
    private static (TokenErrorKind Kind, string What) Look(Exception thrown) => StatusOf(thrown) switch
    {
        429 => (TokenErrorKind.Throttled, "was throttled (HTTP 429)"),
        not null => (TokenErrorKind.Refused, "was refused"),
        null when CodesOf(thrown).Count > 0 => (TokenErrorKind.Refused, "was refused by Entra"),
        null when Within(thrown).Any(each => each is OperationCanceledException or TimeoutException) =>
            (TokenErrorKind.TimedOut, "was cut off by a time limit of its own"),
        null when Within(thrown).Any(each => each is HttpRequestException or IOException or SocketException or RequestFailedException) =>
            (TokenErrorKind.Unreachable, "could not reach its server"),
        null when thrown is AuthenticationFailedException => (TokenErrorKind.Refused, "could not authenticate"),
        null => (TokenErrorKind.InvalidConfiguration, "failed"),
    };

    private static int? StatusOf(Exception thrown) =>
        Within(thrown).OfType<RequestFailedException>().Select(failure => (int?)failure.Status).FirstOrDefault(status => status >= 400);

    private static IReadOnlyList<long> CodesOf(Exception thrown) =>
        [.. Within(thrown).SelectMany(each => EntraCode().Matches(each.Message))
            .Select(match => long.Parse(match.Groups[1].ValueSpan, CultureInfo.InvariantCulture)).Distinct()];

    private static IEnumerable<Exception> Within(Exception thrown)
    {
        var waiting = new Queue<Exception>([thrown]);
        for (var seen = 0; seen < MostExceptions && waiting.TryDequeue(out var each); seen++)
        {
            yield return each;
            foreach (var inner in each is AggregateException several
                ? several.InnerExceptions
                : each.InnerException is { } one ? [one] : [])
            {
                waiting.Enqueue(inner);
            }
        }
    }

    [GeneratedRegex(@"\bAADSTS([0-9]{4,9})\b", RegexOptions.CultureInvariant)]
    private static partial Regex EntraCode();
}
