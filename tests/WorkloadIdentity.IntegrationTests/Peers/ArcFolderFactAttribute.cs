using WorkloadIdentity.Tests;

namespace WorkloadIdentity.IntegrationTests;

/// <summary>
/// A fact that needs the folder of Azure Arc's key files, which both libraries accept in one place only. Made for the test and removed
/// behind it, so it runs where this process may do that and where no agent is installed; CI is such a place.
/// </summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class ArcFolderFactAttribute : FactAttribute
{
    /// <inheritdoc cref="ArcFolderFactAttribute"/>
    public ArcFolderFactAttribute() => Skip =
        OtherSystem.Reason(Systems.Linux) is { } other ? other
        : !Environment.IsPrivilegedProcess ? "Only root may make /var/opt/azcmagent."
        : Directory.Exists("/opt/azcmagent") ? "An agent of Azure Arc is installed here."
        : null;
}
