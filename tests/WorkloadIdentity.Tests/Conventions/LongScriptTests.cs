using System.Diagnostics;

namespace WorkloadIdentity.Tests;

/// <summary><c>.ci/long</c>, which runs as root and mounts this machine's devices into a folder that it removes at the end.</summary>
public sealed class LongScriptTests
{
    [FactOn(Systems.Linux)]
    public async Task At_its_end_it_removes_its_folder_but_no_file_of_another_file_system() =>
        Assert.Contains("rm -rf --one-file-system /work\n", await FinishAsync(stillMounted: ""), StringComparison.Ordinal);

    [FactOn(Systems.Linux)]
    public async Task It_removes_nothing_while_something_is_still_mounted_in_its_folder()
    {
        var text = await FinishAsync(stillMounted: "/work/root/dev");

        Assert.DoesNotContain("rm ", text, StringComparison.Ordinal);
        Assert.Contains("/work is left", text, StringComparison.Ordinal);
    }

    /// <summary>Runs the end of the script; what it would do to the machine is printed in place of being done.</summary>
    private static async Task<string> FinishAsync(string stillMounted)
    {
        const string Script = """
            eval "$(sed -n '/^[a-z_]*() {$/,/^}$/p' .ci/long)"
            umount() { echo "umount $*"; }
            rm() { echo "rm $*"; }
            awk() { [[ -z $mounted ]] || echo "$mounted"; }
            set -uo pipefail
            mounted=$1 work=/work root=/work/root failed=0 summary=''
            finish
            """;
        var start = new ProcessStartInfo("bash", ["-c", Script, "bash", stillMounted])
        {
            WorkingDirectory = Repository.Root,
            RedirectStandardOutput = true,
        };
        using var process = Process.Start(start)!;
        var text = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        Assert.Equal(0, process.ExitCode);
        return text;
    }
}
