using System.Text.Json.Nodes;
using Azure.Core;
using Azure.Identity;

namespace WorkloadIdentity.IntegrationTests;

/// <summary>
/// What the tests run as the command of <c>wid identity</c>: Azure.Identity with its own client, as an unchanged program has it. Prints
/// the token or the error as JSON.
/// </summary>
internal static class AzureIdentityProgram
{
    /// <param name="kind"><c>managed</c> or <c>default</c>.</param>
    /// <param name="scope">What is asked for.</param>
    /// <param name="clientId">The client id of the identity, if the program names one.</param>
    public static async Task<string> RunAsync(string kind, string scope, string? clientId)
    {
        TokenCredential credential = kind == "default" ? new DefaultAzureCredential() : Managed(clientId);
        try
        {
            var token = await credential.GetTokenAsync(new TokenRequestContext([scope]), CancellationToken.None);
            return new JsonObject { ["token"] = token.Token }.ToJsonString();
        }
        catch (AuthenticationFailedException exception)
        {
            return new JsonObject { ["error"] = $"{exception.GetType().Name}: {exception.Message}" }.ToJsonString();
        }
    }

    private static Azure.Identity.ManagedIdentityCredential Managed(string? clientId)
    {
        var options = new Azure.Identity.ManagedIdentityCredentialOptions(
            clientId is null
                ? Azure.Identity.ManagedIdentityId.SystemAssigned
                : Azure.Identity.ManagedIdentityId.FromUserAssignedClientId(clientId));
        options.Retry.MaxRetries = 0;
        return new Azure.Identity.ManagedIdentityCredential(options);
    }
}
