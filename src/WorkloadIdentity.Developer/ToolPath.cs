namespace WorkloadIdentity.Developer;

/// <summary>
/// Finds a program as a shell does, but only in the absolute folders of PATH. It never looks in the current directory, where a cloned
/// repository could put a program of its own.
/// </summary>
internal static class ToolPath
{
    private const UnixFileMode Executable = UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;

    /// <param name="fileNames">The names that the file may have, the preferred one first.</param>
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
            // cmd.exe runs a batch file (az.cmd) and parses its path again, so only characters that mean nothing to it are allowed.
            return file.All(character => char.IsLetterOrDigit(character) || @" \/:.()_-~'+,@#=".Contains(character));
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
