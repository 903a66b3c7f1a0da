using System.Buffers;

namespace WorkloadIdentity.Developer;

/// <summary>
/// Finds a program the way a shell does, but only by absolute folders: never in the current directory, where a cloned repository could put
/// its own.
/// </summary>
internal static class ToolPath
{
    private const UnixFileMode Executable = UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;

    // Windows runs a batch file (az.cmd) with cmd.exe, which reads its path again: no quoting protects these.
    private static readonly SearchValues<char> SpecialToCmd = SearchValues.Create("%\"&^|<>!");

    /// <param name="fileNames">The names it may have, the preferred first.</param>
    /// <param name="path">The value of PATH.</param>
    public static string? Find(IReadOnlyList<string> fileNames, string? path)
    {
        foreach (var entry in (path ?? "").Split(
            Path.PathSeparator, StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            var folder = entry.Trim('"');
            if (folder.Any(char.IsControl) || !Path.IsPathFullyQualified(folder))
            {
                continue;
            }

            foreach (var name in fileNames)
            {
                var file = Path.GetFullPath(Path.Combine(folder, name));
                if (File.Exists(file) && MayRun(file))
                {
                    return file;
                }
            }
        }

        return null;
    }

    private static bool MayRun(string file)
    {
        if (OperatingSystem.IsWindows())
        {
            return !file.AsSpan().ContainsAny(SpecialToCmd);
        }

        try
        {
            return (File.GetUnixFileMode(file) & Executable) != UnixFileMode.None;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }
}
