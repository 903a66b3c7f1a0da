using Azure.Core;

namespace WorkloadIdentity.Azure;

/// <summary>
/// Reads the request of an Azure client. An unsupported feature is an error, never ignored. The exception is proof of possession, which
/// is optional for the Azure SDK's own credentials: one that does not support it returns a bearer token, and <c>TokenType</c> says so.
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
            // Scope and tenant may come from a service's challenge, so a malformed one is not a bug of the caller.
            throw Invalid($"The client's token request is not valid. {TokenError.Explain(exception)}");
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
