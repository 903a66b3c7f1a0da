using System.Security.Cryptography.X509Certificates;

namespace WorkloadIdentity.Tests;

/// <summary>What is otherwise on macOS. Elsewhere these tests are counted by name and do not run.</summary>
public sealed class OnMacOSTests
{
    [FactOn(Systems.MacOS)]
    public void There_is_no_folder_of_the_arc_agent() => Assert.Contains(
        "no folder for such files on this operating system",
        WorkloadEnvironment.ArcKey.PathProblem("/var/opt/azcmagent/tokens/0b2d.key"), StringComparison.Ordinal);

    [FactOn(Systems.MacOS)]
    public void A_file_whose_real_path_the_system_does_not_tell_is_not_read()
    {
        var folder = Directory.CreateTempSubdirectory("guarded-").FullName;
        try
        {
            var path = Path.Combine(folder, "a.key");
            File.WriteAllText(path, "canary");

            Assert.Contains(
                "cannot be found out", WorkloadEnvironment.FromProcess().ReadGuarded(path, new GuardedFile(folder, ".key", 4096)).Problem,
                StringComparison.Ordinal);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [FactOn(Systems.MacOS)]
    public void The_keychain_of_the_user_can_be_read() => Assert.Null(
        Record.Exception(() => WorkloadEnvironment.FromProcess().Certificates(StoreLocation.CurrentUser, "My")));
}
