using System.Globalization;
using System.Text.Json;

namespace WorkloadIdentity;

/// <summary>
/// A token as any managed identity host gives it. Hosts differ in how they write an expiry (numbers, strings, dates); on what makes a token
/// ours they may not.
/// </summary>
internal sealed class HostTokenResponse
{
    // Earlier than this, in seconds since 1970, is not a moment but a lifetime: 2001-01-01.
    private const double FirstMoment = 978_307_200;

    // Managed identity tokens live up to 24 hours.
    private static readonly TimeSpan LongestLifetime = TimeSpan.FromHours(48);

    // 2017-09-01 writes dates, on Windows with AM or PM and on Linux without.
    private static string[] DateForms =>
    [
        "M/d/yyyy h:mm:ss tt zzz", "M/d/yyyy H:mm:ss zzz", "M/d/yyyy H:mm:ss tt zzz", "yyyy-MM-dd'T'HH:mm:ss.FFFFFFFK",
        "yyyy-MM-dd'T'HH:mm:ssK",
    ];

    private HostTokenResponse(AccessToken? token, string? clientId, string? problem)
    {
        Token = token;
        ClientId = clientId;
        Problem = problem;
    }

    public AccessToken? Token { get; }

    /// <summary>Whose token the host says it is; null when it does not say.</summary>
    public string? ClientId { get; }

    /// <summary>Why there is no token: the end of a sentence. It quotes nothing from the response.</summary>
    public string? Problem { get; }

    /// <summary>Reads a token, and checks that it is the one that was asked for.</summary>
    /// <param name="body">The response.</param>
    /// <param name="request">What was asked.</param>
    /// <param name="requiresEcho">Whether it must say whose token it is when an identity was named.</param>
    /// <param name="sentOn">When it was asked: relative times count from here.</param>
    /// <param name="now">When the answer came.</param>
    public static HostTokenResponse Read(
        byte[] body, ManagedIdentityRequest request, bool requiresEcho, DateTimeOffset sentOn, DateTimeOffset now)
    {
        using var document = StrictJson.Parse(body);
        if (document is null)
        {
            return Bad("the response is not one readable JSON object. Something else may answer in the host's place.");
        }

        var root = document.RootElement;
        var value = root.Text("access_token");
        if (string.IsNullOrEmpty(value))
        {
            return Bad("the response holds no access_token.");
        }

        if (!Guard.IsBearerToken(value))
        {
            return Bad("the access_token holds a space, a control character or another character that no Bearer token has (RFC 6750).");
        }

        if (root.Member("token_type") is not null && !string.Equals(root.Text("token_type"), "Bearer", StringComparison.OrdinalIgnoreCase))
        {
            return Bad("the token_type is not Bearer.");
        }

        if (Stranger(root, request, requiresEcho) is { } problem)
        {
            return Bad(problem);
        }

        var (expiresOn, expiryProblem) = ExpiryOf(root, sentOn, now);
        if (expiresOn is not { } expiry)
        {
            return Bad(expiryProblem!);
        }

        var clientId = Guid.TryParseExact(root.Text("client_id"), "D", out var id) ? id.ToString("D") : null;
        return new HostTokenResponse(new AccessToken(value, expiry, RefreshOf(root, sentOn, expiry)), clientId, problem: null);
    }

    private static HostTokenResponse Bad(string problem) => new(token: null, clientId: null, problem);

    /// <summary>
    /// A host that ignores a parameter it does not know would answer as somebody else: what it echoes must be what was asked.
    /// </summary>
    private static string? Stranger(JsonElement root, ManagedIdentityRequest request, bool requiresEcho)
    {
        if (root.Text("resource") is { Length: > 0 } resource && !Same(resource.TrimEnd('/'), request.Resource.TrimEnd('/')))
        {
            return "the token is for another resource than was asked for.";
        }

        string[] echoes = request.Id?.Kind switch
        {
            ManagedIdentityIdKind.ClientId => ["client_id"],
            ManagedIdentityIdKind.ObjectId => ["object_id", "principal_id", "principalId"],
            ManagedIdentityIdKind.ResourceId => ["msi_res_id", "mi_res_id"],
            _ => [],
        };
        string[] said = [.. echoes.Select(name => root.Text(name)).OfType<string>().Where(echo => echo.Length > 0)];
        return Array.Exists(said, echo => !Same(echo, request.Id!.Value!))
            ? $"the token is another identity's: {request.Identity} was asked for. Check that it is assigned to this host."
            : requiresEcho && echoes.Length > 0 && said.Length == 0
                ? $"it does not say whose token that is, and {request.Identity} was asked for: software from before user-assigned "
                    + "identities answers as the machine. Update it, or name no identity."
            : null;

        static bool Same(string one, string other) => string.Equals(one, other, StringComparison.OrdinalIgnoreCase);
    }

    private static (DateTimeOffset? ExpiresOn, string? Problem) ExpiryOf(JsonElement root, DateTimeOffset sentOn, DateTimeOffset now)
    {
        // A moment that cannot be read says nothing; what stands beside it may.
        string[] fields = [.. Array.FindAll(["expires_on", "expires_in"], IsThere)];
        var read = Array.Find(fields, field => MomentOf(root, field, sentOn) is not null);
        if (read is null)
        {
            return (null, fields.Length == 0
                ? "the response says neither expires_on nor expires_in."
                : $"{string.Join(" and ", fields)} {(fields.Length == 1 ? "is" : "are")} neither a number of seconds nor a date.");
        }

        var moment = MomentOf(root, read, sentOn);
        return moment <= now ? (null, $"{read} is not in the future. Check the clock of this machine.")
            : moment > now + LongestLifetime
                ? (null, $"{read} is more than {LongestLifetime.TotalHours:0} hours ahead, longer than any token lives. "
                    + "Check the clock of this machine.")
            : (moment, null);

        bool IsThere(string name) =>
            root.Member(name) is { } value && (value.ValueKind != JsonValueKind.String || root.Text(name) is not "");
    }

    /// <summary>A hint that makes no sense is no hint.</summary>
    private static DateTimeOffset? RefreshOf(JsonElement root, DateTimeOffset sentOn, DateTimeOffset expiresOn) =>
        SecondsOf(root, "refresh_in") is { } seconds && seconds > 0 && seconds < (expiresOn - sentOn).TotalSeconds
            ? sentOn.AddSeconds(seconds)
            : null;

    private static DateTimeOffset? MomentOf(JsonElement root, string field, DateTimeOffset sentOn)
    {
        if (SecondsOf(root, field) is { } seconds)
        {
            // Whatever lies beyond either end is refused by the caller; the clamp keeps the arithmetic inside what a date can hold.
            var bounded = Math.Clamp(seconds, -1, 100_000_000_000);
            return bounded < FirstMoment ? sentOn.AddSeconds(bounded) : DateTimeOffset.UnixEpoch.AddSeconds(bounded);
        }

        return root.Text(field) is { } text
            && DateTimeOffset.TryParseExact(text, DateForms, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var date)
            ? date.ToUniversalTime()
            : null;
    }

    private static double? SecondsOf(JsonElement root, string field)
    {
        var seconds = root.Member(field) switch
        {
            { ValueKind: JsonValueKind.Number } number when number.TryGetDouble(out var value) => value,
            { ValueKind: JsonValueKind.String }
                when double.TryParse(root.Text(field), NumberStyles.Float, CultureInfo.InvariantCulture, out var value) => value,
            _ => double.NaN,
        };
        return double.IsFinite(seconds) ? seconds : null;
    }
}
