namespace WorkloadIdentity.IntegrationTests;

/// <summary>A theory that needs Chromium, as <see cref="ChromiumFactAttribute"/>.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class ChromiumTheoryAttribute : TheoryAttribute
{
    /// <inheritdoc cref="ChromiumTheoryAttribute"/>
    public ChromiumTheoryAttribute() => Skip = Chromium.SkipReason;
}
