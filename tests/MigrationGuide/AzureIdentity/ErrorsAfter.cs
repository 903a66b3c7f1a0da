using WorkloadIdentity;

namespace MigrationGuide;

internal static class ErrorsAfter
{
    public static async Task<bool> HasConsentAsync(ITokenAcquirer acquirer, CancellationToken cancellationToken)
    {
        try
        {
            await acquirer.GetTokenAsync(new TokenRequest("api://orders/.default"), cancellationToken);
            return true;
        }
        catch (TokenAcquisitionException e) when (e.Error.Category == TokenErrorCategory.Consent)
        {
            return false;
        }
    }
}
