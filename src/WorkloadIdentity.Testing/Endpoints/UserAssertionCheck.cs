namespace WorkloadIdentity.Testing;

/// <summary>
/// Checks the user assertion of an on-behalf-of request: a living token this emulator issued to a user, for the very application that
/// presents it.
/// </summary>
internal sealed class UserAssertionCheck(EntraEmulator entra)
{
    /// <summary>Null when the assertion is good, and then <paramref name="user"/> is what it says; otherwise why not.</summary>
    public TokenRefusal? Refuse(EmulatorExchange exchange, EmulatedTenant tenant, EmulatedApplication application, out SignedJwt? user)
    {
        user = null;
        if (exchange.Field("assertion") is not { } assertion)
        {
            return TokenRefusals.MissingParameter("assertion");
        }

        if (exchange.Field("requested_token_use") is not { } use)
        {
            return TokenRefusals.MissingParameter("requested_token_use");
        }

        if (use != "on_behalf_of")
        {
            return TokenRefusals.UnsupportedUse(use);
        }

        // A user signs in to the blueprint; which of its agent identities acts is decided later.
        var addressee = (application.Blueprint ?? application).ClientId;
        user = entra.Tokens.Recognise(assertion, entra.Directory.FindTenant);
        return user is null ? TokenRefusals.InvalidUserAssertion("this emulator has not signed it.")
            : !user.Audiences.Any(audience => audience == addressee || audience == $"api://{addressee}")
                ? TokenRefusals.InvalidUserAssertion(
                    $"its audience is not the application '{addressee}', {(application.Blueprint is null
                        ? "which presents it"
                        : "the blueprint of the agent identity that presents it")}.")
            : user.Claim("tid") != tenant.Id
            ? TokenRefusals.InvalidUserAssertion($"its user signed in to another tenant than '{tenant.Id}'.")
            : entra.IsRevoked(assertion) ? TokenRefusals.InvalidUserAssertion("it was revoked.")
            : !user.IsWithinLifetime(entra.Clock.GetUtcNow(), entra.ClockSkew) ? TokenRefusals.UserAssertionOutsideLifetime
            : user.Claim("scp") is null ? TokenRefusals.UserAssertionWithoutUser
            : null;
    }
}
