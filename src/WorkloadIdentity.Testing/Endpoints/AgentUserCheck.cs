namespace WorkloadIdentity.Testing;

/// <summary>
/// Checks the <c>user_fic</c> grant: an agent identity shows its own token for the exchange and names its user account, by object id or by
/// user principal name.
/// </summary>
internal sealed class AgentUserCheck(EntraEmulator entra)
{
    public const string Grant = "user_fic";

    /// <summary>Null when the grant is good, and then <paramref name="user"/> is whom the token is for; otherwise why not.</summary>
    public TokenRefusal? Refuse(
        EmulatorExchange exchange, EmulatedTenant tenant, EmulatedApplication application, out EmulatedAgentUser? user)
    {
        user = null;
        if (application.Blueprint is null)
        {
            return TokenRefusals.Malformed($"'{Grant}' is the grant of agent identities, and '{application.ClientId}' is none.");
        }

        if (exchange.Field("user_federated_identity_credential") is not { } credential)
        {
            return TokenRefusals.MissingParameter("user_federated_identity_credential");
        }

        if (exchange.Field("requested_token_use") is { } use and not "on_behalf_of")
        {
            return TokenRefusals.UnsupportedUse(use);
        }

        var (id, name) = (exchange.Field("user_id"), exchange.Field("username"));
        if (id is null && name is null)
        {
            return TokenRefusals.MissingParameter("user_id");
        }

        if (id is not null && name is not null)
        {
            return TokenRefusals.Malformed("'user_id' and 'username' exclude each other.");
        }

        if (RefuseCredential(credential, tenant, application) is { } refusal)
        {
            return refusal;
        }

        user = application.AgentUser;
        return user is not null && (id is null
            ? user.UserName.Equals(name, StringComparison.OrdinalIgnoreCase)
            : user.ObjectId.Equals(id, StringComparison.OrdinalIgnoreCase))
            ? null
            : TokenRefusals.NoSuchAgentUser((id ?? name)!, application.ClientId, tenant);
    }

    private TokenRefusal? RefuseCredential(string credential, EmulatedTenant tenant, EmulatedApplication application)
    {
        var token = entra.Tokens.Recognise(credential, entra.Directory.FindTenant);
        return token is null ? TokenRefusals.InvalidUserAssertion("this emulator has not signed it.")
            : !token.Audiences.Contains(EmulatedIssuer.ExchangeAudience)
                ? TokenRefusals.InvalidUserAssertion($"its audience is not '{EmulatedIssuer.ExchangeAudience}'.")
            : token.Claim("appid") != application.ClientId || token.Claim("oid") != application.PrincipalIn(tenant)
                ? TokenRefusals.InvalidUserAssertion($"it is not the agent identity's own token. Get it as '{application.ClientId}'.")
            : token.Claim("tid") != tenant.Id
                ? TokenRefusals.InvalidUserAssertion($"it was issued in another tenant than '{tenant.Id}'.")
            : entra.IsRevoked(credential) ? TokenRefusals.InvalidUserAssertion("it was revoked.")
            : !token.IsWithinLifetime(entra.Clock.GetUtcNow(), entra.ClockSkew) ? TokenRefusals.UserAssertionOutsideLifetime
            : null;
    }
}
