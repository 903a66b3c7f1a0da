using Azure.Core;

namespace WorkloadIdentity.Azure;

/// <summary>
/// Reads what an Azure client asks for. What cannot be honoured is an error, never left out. The exception is proof of possession, which
/// the Azure SDK's own credentials take for a wish: one that cannot fulfil it answers with a bearer token, and <c>TokenType</c> says so.
/// </summary>
internal static class RequestedToken
{
    public static TokenRequest Read(TokenRequestContext asked, string? userAssertion)
    {
        var scope = asked.Scopes switch
        {
            null or [] =>
                throw Invalid("The client asked for a token without a scope. Give it one, such as https://vault.azure.net/.default."),
            [var only] => only,
            // Delegated permissions of one resource travel together (RFC 6749 section 3.3); the application's own do not.
            _ when userAssertion is not null => string.Join(' ', asked.Scopes),
            _ => throw Invalid(
                $"The client asked for one token with {asked.Scopes.Length} scopes ({string.Join(
                    ", ",
                    asked.Scopes)}). A token is for one resource: ask for each resource by itself, with the scope resource/.default."),
        };

        try
        {
            return new TokenRequest(scope)
            {
                TenantId = NamesNoTenant(asked.TenantId) ? null : asked.TenantId,
                UserAssertion = userAssertion,
                ContinuousAccess = asked.IsCaeEnabled,
            };
        }
        catch (ArgumentException exception)
        {
            // Scope and tenant may come from a service's challenge, so a bad one is no bug of the caller.
            throw Invalid($"The client asked for what is no token request. {TokenError.Explain(exception)}");
        }
    }

    /// <summary>
    /// Services that do not know the tenant write these into the authority of a challenge (claims challenges do), and clients pass them on.
    /// </summary>
    private static bool NamesNoTenant(string? tenantId) =>
        string.IsNullOrEmpty(tenantId)
        || tenantId.Equals("common", StringComparison.OrdinalIgnoreCase)
        || tenantId.Equals("organizations", StringComparison.OrdinalIgnoreCase);

    private static TokenAcquisitionException Invalid(string message) => new(new TokenError(TokenErrorKind.InvalidConfiguration, message));
}
