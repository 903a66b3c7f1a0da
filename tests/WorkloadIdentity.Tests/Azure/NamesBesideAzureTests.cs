using Azure.Core;
using Azure.Identity;
using Microsoft.Extensions.DependencyInjection;
using WorkloadIdentity;
using WorkloadIdentity.Azure;
using WorkloadIdentity.Testing;
using AccessToken = WorkloadIdentity.AccessToken;
using AzureAccessToken = Azure.Core.AccessToken;
using ManagedIdentityCredential = WorkloadIdentity.ManagedIdentityCredential;
using ManagedIdentityCredentialOptions = WorkloadIdentity.ManagedIdentityCredentialOptions;
using ManagedIdentityId = WorkloadIdentity.ManagedIdentityId;

namespace Contoso.Orders;

/// <summary>A user's file with both worlds in it: that it compiles is what the package's README promises of the aliases.</summary>
public sealed class NamesBesideAzureTests
{
    [Fact]
    public async Task With_the_aliases_ours_and_Azures_types_stand_in_one_file()
    {
        ManagedIdentityCredential ours = new(ManagedIdentityId.SystemAssigned, new ManagedIdentityCredentialOptions());
        TokenCredential azures =
            new ChainedTokenCredential(new Azure.Identity.ManagedIdentityCredential(Azure.Identity.ManagedIdentityId.SystemAssigned));
        using var acquirer = new TokenAcquirer(FakeCredential.Issuing("t"));

        AccessToken token = await acquirer.GetTokenAsync(new TokenRequest("api://orders/.default"));
        AzureAccessToken same =
            await acquirer.AsTokenCredential().GetTokenAsync(new TokenRequestContext(["api://orders/.default"]), default);

        Assert.Equal(token.Value, same.Token);
        Assert.NotEqual<object>(ours, azures);
    }

    /// <summary>Which types of ours share a name with one of Azure's: those the README lists, and no other.</summary>
    [Fact]
    public void The_readme_lists_every_name_that_is_ambiguous()
    {
        var azure = typeof(TokenCredential).Assembly.GetExportedTypes()
            .Where(type => type.Namespace is "Azure" or "Azure.Core" or "Azure.Identity").Select(type => type.Name).ToHashSet();
        var shared = new[] { typeof(TokenAcquirer).Assembly, typeof(AzureCredential).Assembly }
            .SelectMany(assembly => assembly.GetExportedTypes()).Select(type => type.Name).Where(azure.Contains).Order();

        Assert.Equal(
            ["AccessToken", "ManagedIdentityCredential", "ManagedIdentityCredentialOptions", "ManagedIdentityId", "RetryOptions"], shared);
    }
}
