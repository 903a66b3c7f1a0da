using WorkloadIdentity.Testing;

namespace WorkloadIdentity.Tests;

/// <summary>The code of README.md and docs/errors.md, compiled.</summary>
internal static class ReadmeSnippets
{
    public static async Task EmulatorAsync()
    {
        await using var entra = await EntraEmulator.StartAsync();     // WorkloadIdentity.Testing: a real server on loopback
    }

    public static async Task CatchAsync(ITokenAcquirer acquirer, Func<string, Task> disconnectAsync)
    {
        try
        {
            await acquirer.GetTokenAsync(new TokenRequest("https://graph.microsoft.com/.default"));
        }
        catch (TokenAcquisitionException e) when (e.Error.Category is TokenErrorCategory.Consent)
        {
            await disconnectAsync(e.Error.TenantId!);
        }
    }
}
