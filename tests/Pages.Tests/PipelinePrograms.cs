using WorkloadIdentity;

namespace Pages.Tests;

/// <summary>The programs of docs/github-actions.md, docs/azure-pipelines.md and docs/gitlab.md, compiled.</summary>
internal static class PipelinePrograms
{
    public static async Task GitHubActionsAsync()
    {
        var options = new DefaultCredentialsOptions();
        options.Members.Add(AssertionSource.GitHubActions());
        using var acquirer = new TokenAcquirer(DefaultCredentials.FromEnvironment(options));

        var request = new TokenRequest("https://management.azure.com/.default");
        using var handler = new AccessTokenHandler(acquirer, request) { InnerHandler = new SocketsHttpHandler { UseCookies = false } };
        using var management = new HttpClient(handler);
        Console.WriteLine(await management.GetStringAsync("https://management.azure.com/subscriptions?api-version=2022-12-01"));
    }

    public static async Task AzurePipelinesAsync()
    {
        var options = new DefaultCredentialsOptions();
        options.Members.Add(AssertionSource.AzurePipelines());
        using var acquirer = new TokenAcquirer(DefaultCredentials.FromEnvironment(options));

        var request = new TokenRequest("https://management.azure.com/.default");
        using var handler = new AccessTokenHandler(acquirer, request) { InnerHandler = new SocketsHttpHandler { UseCookies = false } };
        using var management = new HttpClient(handler);
        Console.WriteLine(await management.GetStringAsync("https://management.azure.com/subscriptions?api-version=2022-12-01"));
    }

    public static async Task GitLabAsync()
    {
        var options = new DefaultCredentialsOptions();
        options.Members.Add(AssertionSource.FromVariable("AZURE_ID_TOKEN"));
        using var acquirer = new TokenAcquirer(DefaultCredentials.FromEnvironment(options));

        var request = new TokenRequest("https://management.azure.com/.default");
        using var handler = new AccessTokenHandler(acquirer, request) { InnerHandler = new SocketsHttpHandler { UseCookies = false } };
        using var management = new HttpClient(handler);
        Console.WriteLine(await management.GetStringAsync("https://management.azure.com/subscriptions?api-version=2022-12-01"));
    }
}
