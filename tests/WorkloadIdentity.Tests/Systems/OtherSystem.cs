namespace WorkloadIdentity.Tests;

/// <summary>The reason to skip a test that belongs to another system.</summary>
internal static class OtherSystem
{
    /// <summary>
    /// How the reason begins. <c>.ci/results</c> counts these tests by name; a test that is skipped for another reason fails.
    /// </summary>
    public const string Begin = "Not on this system:";

    /// <summary>Null on a system that the test belongs to.</summary>
    public static string? Reason(Systems systems) => systems.HasFlag(Current) ? null : $"{Begin} the test is for {systems}.";

    private static Systems Current =>
        OperatingSystem.IsWindows() ? Systems.Windows : OperatingSystem.IsMacOS() ? Systems.MacOS : Systems.Linux;
}
