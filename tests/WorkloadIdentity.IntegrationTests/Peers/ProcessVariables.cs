namespace WorkloadIdentity.IntegrationTests;

/// <summary>The variables of the process, as long as a test needs them: those that say who a workload is are these and no others.</summary>
internal sealed class ProcessVariables : IDisposable
{
    private static readonly string[] Prefixes = ["AZURE_", "IDENTITY_", "MSI_", "IMDS_", "DEFAULT_IDENTITY_", "WEBSITE_", "FUNCTIONS_"];

    private readonly Dictionary<string, string?> _before = [];

    public ProcessVariables(IReadOnlyDictionary<string, string> variables)
    {
        foreach (var name in Environment.GetEnvironmentVariables().Keys.Cast<string>()
            .Where(name => Array.Exists(Prefixes, prefix => name.StartsWith(prefix, StringComparison.Ordinal))))
        {
            Set(name, null);
        }

        foreach (var (name, value) in variables)
        {
            Set(name, value);
        }
    }

    public void Dispose()
    {
        foreach (var (name, value) in _before)
        {
            Environment.SetEnvironmentVariable(name, value);
        }
    }

    private void Set(string name, string? value)
    {
        _before.TryAdd(name, Environment.GetEnvironmentVariable(name));
        Environment.SetEnvironmentVariable(name, value);
    }
}
