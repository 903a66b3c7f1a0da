using Azure.Identity;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using WorkloadIdentity.Azure;

namespace MigrationGuide;

internal static class FirstStep
{
    public static void Register(HostApplicationBuilder builder)
    {
        builder.Services.AddWorkloadIdentity().UseCredential(_ => new AzureCredential(new DefaultAzureCredential()));
    }
}
