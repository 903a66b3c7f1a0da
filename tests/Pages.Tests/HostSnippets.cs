using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using WorkloadIdentity;

namespace Pages.Tests;

/// <summary>What the pages register in a host, compiled.</summary>
internal static class HostSnippets
{
    public static void InAJob(IHostApplicationBuilder builder)
    {
        builder.Services.AddWorkloadIdentity().UseDefaultChain(chain => chain.Add(AssertionSource.GitHubActions()));
    }
}
