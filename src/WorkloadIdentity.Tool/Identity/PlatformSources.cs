namespace WorkloadIdentity.Tool;

/// <summary>The build systems that give the job which runs here a token, by their variables.</summary>
internal static class PlatformSources
{
    /// <summary>The sources of the build systems that run this job: none outside of a job, else one.</summary>
    public static IEnumerable<AssertionSource> Of(Surroundings surroundings, WorkloadEnvironment environment)
    {
        if (environment.Has("ACTIONS_ID_TOKEN_REQUEST_URL"))
        {
            yield return AssertionSource.GitHubActions(surroundings.EntraClient);
        }

        if (environment.Has("SYSTEM_OIDCREQUESTURI"))
        {
            yield return AssertionSource.AzurePipelines(httpClient: surroundings.EntraClient);
        }
    }
}
