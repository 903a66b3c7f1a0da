using System.Net.Sockets;
using System.Security.Authentication;
using System.Text.RegularExpressions;

namespace WorkloadIdentity.DistributedCache;

/// <summary>
/// Says what went wrong in a cache's client, without its text: a message may quote what was sent, a password or a host's name. What is told
/// are the names of exception types, the codes of sockets, and words of a closed list that Redis and its clients answer with.
/// </summary>
internal static partial class CacheFailure
{
    // A chain of inner exceptions can be circular if a type overrides a property.
    private const int MostExceptions = 8;

    /// <summary>Such as <c>RedisConnectionException (AuthenticationFailure, WRONGPASS)</c>.</summary>
    public static string Describe(Exception exception)
    {
        var words = Within(exception).SelectMany(Words).Distinct().ToList();
        return words.Count == 0 ? exception.GetType().Name : $"{exception.GetType().Name} ({string.Join(", ", words)})";
    }

    private static IEnumerable<string> Words(Exception exception)
    {
        if (exception is SocketException socket)
        {
            yield return socket.SocketErrorCode.ToString();
        }

        if (exception is AuthenticationException)
        {
            yield return "TLS failed";
        }

        foreach (var word in KnownWords().Matches(exception.Message).Select(match => match.Value))
        {
            yield return word;
        }
    }

    private static IEnumerable<Exception> Within(Exception exception)
    {
        Exception? each = exception;
        for (var seen = 0; seen < MostExceptions && each is not null; seen++)
        {
            yield return each;
            each = each.InnerException;
        }
    }

    // The first line: how Redis begins an error (https://redis.io/docs/latest/develop/reference/protocol-spec/#simple-errors).
    // The second: why StackExchange.Redis has no connection (its enumeration ConnectionFailureType, and how it puts one of them).
    [GeneratedRegex(
        @"\b(NOAUTH|WRONGPASS|NOPERM|OOM|READONLY|CLUSTERDOWN|MASTERDOWN|LOADING|MISCONF|WRONGTYPE|NOREPLICAS|TRYAGAIN"
        + "|AuthenticationFailure|authentication failure|UnableToConnect|UnableToResolvePhysicalConnection|SocketFailure|SocketClosed"
        + "|ProtocolFailure|ResponseIntegrityFailure"
        + @")\b",
        RegexOptions.CultureInvariant)]
    private static partial Regex KnownWords();
}
