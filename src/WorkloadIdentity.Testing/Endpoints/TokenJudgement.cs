using System.Text.Json.Nodes;

namespace WorkloadIdentity.Testing;

/// <summary>What a protected API makes of the token it was shown: accepted, rejected for a reason, or in need of claims.</summary>
internal sealed class TokenJudgement
{
    private TokenJudgement()
    {
    }

    /// <summary>What the token says; null unless it is accepted.</summary>
    public SignedJwt? Token { get; private init; }

    /// <summary>Why the token is not good enough; null when it is accepted, or when only claims are missing.</summary>
    public string? Rejection { get; private init; }

    /// <summary>The claims the caller must bring, as JSON text; null when none are missing.</summary>
    public string? Claims { get; private init; }

    /// <param name="value">The token; null when there is none.</param>
    /// <param name="isSentAsBound">Whether the header says that the token is bound to a certificate.</param>
    /// <param name="thumbprint">That of the certificate in TLS; null without one.</param>
    /// <param name="api">The API that was called.</param>
    /// <param name="entra">The emulator.</param>
    public static TokenJudgement Of(string? value, bool isSentAsBound, string? thumbprint, EmulatedApi api, EntraEmulator entra)
    {
        var token = entra.Tokens.Recognise(value, entra.Directory.FindTenant);
        var why = value is null ? "One bearer token is expected"
            : token is null ? "The token was not issued by this emulator"
            : !token.Audiences.Contains(api.Audience) ? "The token is for another audience"
            : !token.IsWithinLifetime(entra.Clock.GetUtcNow(), entra.ClockSkew) ? "The token is not within its lifetime"
            : entra.IsRevoked(value) ? "The token was revoked"
            : BindingProblem(token, isSentAsBound, thumbprint, api);
        if (why is not null)
        {
            return new() { Rejection = why };
        }

        return api.HasContinuousAccess && token!.Strings("xms_cc").Contains("cp1") && WasRevoked(token, entra)
            ? new() { Claims = NotBefore(entra.Clock.GetUtcNow()) }
            : new() { Token = token };
    }

    /// <summary>RFC 8705 section 3: whoever shows a bound token without its certificate may have stolen it.</summary>
    private static string? BindingProblem(SignedJwt token, bool isSentAsBound, string? thumbprint, EmulatedApi api) =>
        token.Confirmation is not { } confirmation
            ? isSentAsBound ? "The token is not bound to a certificate"
                : api.RequiresBoundTokens ? "The token must be bound to a certificate"
                : null
        : !isSentAsBound ? $"The token is bound to a certificate, so the scheme must be {BindingCheck.TokenType}"
        : thumbprint is null ? "The token is bound to a certificate, and the connection has none"
        : thumbprint != confirmation ? "The token is bound to another certificate than that of the connection"
        : null;

    private static bool WasRevoked(SignedJwt token, EntraEmulator entra)
    {
        var clientId = token.Claim("appid")!;
        var sessions = entra.Directory.FindApplication(clientId)?.Sessions ?? entra.Directory.FindIdentity(clientId)?.Sessions;
        return sessions is not null && token.Number("emulator_session") < sessions.Current;
    }

    /// <summary>The claims Microsoft Graph demands after a revocation: a token that is newer.</summary>
    private static string NotBefore(DateTimeOffset now) => new JsonObject
    {
        ["access_token"] = new JsonObject
        {
            ["nbf"] = new JsonObject
            {
                ["essential"] = true,
                ["value"] = now.ToUnixTimeSeconds()
                .ToString(System.Globalization.CultureInfo.InvariantCulture)
            },
        },
    }.ToJsonString();
}
