using Azure.Core;
using Azure.Identity;

namespace MigrationGuide;

internal static class ErrorsBefore
{
    public static async Task<bool> HasConsentAsync(TokenCredential credential, CancellationToken cancellationToken)
    {
        try
        {
            await credential.GetTokenAsync(new TokenRequestContext(["api://orders/.default"]), cancellationToken);
            return true;
        }
        catch (AuthenticationFailedException e) when (e.Message.Contains("AADSTS65001", StringComparison.Ordinal))
        {
            return false;
        }
    }
}
