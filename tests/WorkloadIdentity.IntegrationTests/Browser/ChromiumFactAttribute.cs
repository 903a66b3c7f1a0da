namespace WorkloadIdentity.IntegrationTests;

/// <summary>A fact that needs Chromium: skipped with a message where there is none, except under CI, where it then fails.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class ChromiumFactAttribute : FactAttribute
{
    /// <inheritdoc cref="ChromiumFactAttribute"/>
    public ChromiumFactAttribute() => Skip = Chromium.SkipReason;
}
