using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using WorkloadIdentity.Developer;

namespace WorkloadIdentity.Tests;

/// <summary>The code of src/WorkloadIdentity.Developer/README.md, compiled.</summary>
internal static class DeveloperReadmeSnippets
{
    public static void Register(HostApplicationBuilder builder)
    {
        builder.Services.AddWorkloadIdentity().AddDeveloperCredentials(builder.Environment);
    }

    public static Credential ByHand(HostApplicationBuilder builder)
    {
        var options = new DefaultCredentialsOptions();
        options.Members.AddDeveloperCredentials(builder.Environment);
        using var acquirer = new TokenAcquirer(DefaultCredentials.FromEnvironment(options));

        var login = DeveloperCredential.AzureCli(new() { TenantId = "contoso.onmicrosoft.com" });
        return login;
    }
}
