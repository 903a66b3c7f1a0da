using System.Runtime.InteropServices;

namespace WorkloadIdentity.Tool;

/// <summary>The machine as the runtime describes it, without machine name and user name.</summary>
/// <param name="OperatingSystem">Its name and version.</param>
/// <param name="Architecture">Of this process.</param>
/// <param name="Runtime">The version of .NET.</param>
internal sealed record PlatformFacts(string OperatingSystem, string Architecture, string Runtime)
{
    public static PlatformFacts OfProcess() =>
        new(
            RuntimeInformation.OSDescription,
            RuntimeInformation.ProcessArchitecture.ToString().ToLowerInvariant(),
            RuntimeInformation.FrameworkDescription);
}
