using System.Globalization;

namespace WorkloadIdentity;

/// <summary>
/// A token response of a managed identity host. Hosts write the expiry as numbers, strings or dates. The other checks are the same for all
/// hosts.
/// </summary>
internal sealed class HostTokenResponse
{
    // A smaller number of seconds than this (2001-01-01) is a lifetime, not a point in time.
    private const double FirstMoment = 978_307_200;

    // Managed identity tokens live up to 24 hours.
    private static readonly TimeSpan LongestLifetime = TimeSpan.FromHours(48);

    // 2017-09-01 writes dates, on Windows with AM or PM and on Linux without.
    private static string[] DateForms =>
    [
        "M/d/yyyy h:mm:ss tt zzz", "M/d/yyyy H:mm:ss zzz", "M/d/yyyy H:mm:ss tt zzz", "yyyy-MM-dd'T'HH:mm:ss.FFFFFFFK",
        "yyyy-MM-dd'T'HH:mm:ssK",
    ];

    private HostTokenResponse(AccessToken? token, string? problem)
    {
        Token = token;
        Problem = problem;
    }

    public AccessToken? Token { get; }

    /// <summary>Why there is no token: the end of a sentence. It quotes nothing from the response.</summary>
    public string? Problem { get; }

    /// <summary>Judges a token response, and checks that the token is the one that was asked for.</summary>
    /// <param name="host">The host's name: it issued the token.</param>
    /// <param name="response">The response; null when it is not one readable JSON object.</param>
    /// <param name="request">What was asked.</param>
    /// <param name="requiresEcho">Whether it must say whose token it is when an identity was named.</param>
    /// <param name="sentOn">When it was asked: relative times count from here.</param>
    /// <param name="now">When the answer came.</param>
    public static HostTokenResponse Read(
        string host, TokenAnswer? response, ManagedIdentityRequest request, bool requiresEcho, DateTimeOffset sentOn, DateTimeOffset now)
    {
        if (response is null)
        {
            return Bad("the response is not one readable JSON object. Something else may answer in the host's place.");
        }

        var value = response.AccessToken;
        if (string.IsNullOrEmpty(value))
        {
            return Bad("the response holds no access_token.");
        }

        if (!Guard.IsBearerToken(value))
        {
            return Bad("the access_token holds a space, a control character or another character that no Bearer token has (RFC 6750).");
        }

        if (response.HasTokenType && !string.Equals(response.TokenType, "Bearer", StringComparison.OrdinalIgnoreCase))
        {
            return Bad("the token_type is not Bearer.");
        }

        if (Stranger(response, request, requiresEcho) is { } problem)
        {
            return Bad(problem);
        }

        var (expiresOn, expiryProblem) = ExpiryOf(response, sentOn, now);
        if (expiresOn is not { } expiry)
        {
            return Bad(expiryProblem!);
        }

        var clientId = Guid.TryParseExact(response.ClientId, "D", out var id) ? id.ToString("D") : request.ClientId;
        var origin = new TokenOrigin(AcquiredBy: null, host, clientId, ProofEndsOn: null);
        return new HostTokenResponse(new AccessToken(value, expiry, RefreshOf(response, sentOn, expiry), origin), problem: null);
    }

    private static HostTokenResponse Bad(string problem) => new(token: null, problem);

    /// <summary>
    /// Checks that the response names the requested resource and identity. A host that ignores an unknown parameter would return the token
    /// of another identity.
    /// </summary>
    private static string? Stranger(TokenAnswer response, ManagedIdentityRequest request, bool requiresEcho)
    {
        if (response.Resource is { Length: > 0 } resource && !Same(resource.TrimEnd('/'), request.Resource.TrimEnd('/')))
        {
            return "the token is for another resource than was asked for.";
        }

        IReadOnlyList<string>? said = request.Id?.Kind switch
        {
            ManagedIdentityIdKind.ClientId => response.ClientId is { Length: > 0 } clientId ? [clientId] : [],
            ManagedIdentityIdKind.ObjectId => response.ObjectIds,
            ManagedIdentityIdKind.ResourceId => response.ResourceIds,
            _ => null,
        };
        return said is null ? null
            : said.Any(echo => !Same(echo, request.Id!.Value!))
            ? $"the token is another identity's: {request.Identity} was asked for. Check that it is assigned to this host."
            : requiresEcho && said.Count == 0
                ? $"it does not say whose token that is, and {request.Identity} was asked for: software from before user-assigned "
                    + "identities answers as the machine. Update it, or name no identity."
            : null;

        static bool Same(string one, string other) => string.Equals(one, other, StringComparison.OrdinalIgnoreCase);
    }

    private static (DateTimeOffset? ExpiresOn, string? Problem) ExpiryOf(
        TokenAnswer response, DateTimeOffset sentOn, DateTimeOffset now)
    {
        // A time that cannot be read is ignored; the other member may hold one.
        var (name, moment) = MomentOf(response.ExpiresOn, sentOn) is { } on ? ("expires_on", on)
            : MomentOf(response.ExpiresIn, sentOn) is { } after ? ("expires_in", after)
            : ("", default(DateTimeOffset?));
        return moment is null
            ? (null, (response.ExpiresOn.IsStated, response.ExpiresIn.IsStated) switch
            {
                (false, false) => "the response says neither expires_on nor expires_in.",
                (true, true) => "expires_on and expires_in are neither a number of seconds nor a date.",
                (true, false) => "expires_on is neither a number of seconds nor a date.",
                (false, true) => "expires_in is neither a number of seconds nor a date.",
            })
            : moment <= now ? (null, $"{name} is not in the future. Check the clock of this machine.")
            : moment > now + LongestLifetime
                ? (null, $"{name} is more than {LongestLifetime.TotalHours:0} hours ahead, longer than any token lives. "
                    + "Check the clock of this machine.")
            : (moment, null);
    }

    /// <summary>The refresh time is a hint. One out of range is ignored.</summary>
    private static DateTimeOffset? RefreshOf(TokenAnswer response, DateTimeOffset sentOn, DateTimeOffset expiresOn) =>
        response.RefreshIn.Seconds is { } seconds && seconds > 0 && seconds < (expiresOn - sentOn).TotalSeconds
            ? sentOn.AddSeconds(seconds)
            : null;

    private static DateTimeOffset? MomentOf(TokenAnswer.StatedTime time, DateTimeOffset sentOn)
    {
        if (time.Seconds is { } seconds)
        {
            // Whatever lies beyond either end is refused by the caller; the clamp keeps the arithmetic inside what a date can hold.
            var bounded = Math.Clamp(seconds, -1, 100_000_000_000);
            return bounded < FirstMoment ? sentOn.AddSeconds(bounded) : DateTimeOffset.UnixEpoch.AddSeconds(bounded);
        }

        return time.Text is { } text
            && DateTimeOffset.TryParseExact(text, DateForms, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var date)
            ? date.ToUniversalTime()
            : null;
    }
}
