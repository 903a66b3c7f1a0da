namespace WorkloadIdentity.Tool;

/// <summary>
/// A file of a report. Only this user may read it, because it says where a tenant is weak. It appears when it is complete.
/// </summary>
internal static class OutputFile
{
    public static void Write(string option, string path, Action<Stream> write)
    {
        var unfinished = $"{path}.{Environment.ProcessId}.tmp";
        try
        {
            // A file or a link of somebody else may be there, and would keep its permissions.
            File.Delete(unfinished);
            var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
            if (!OperatingSystem.IsWindows())
            {
                options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
            }

            using (var stream = new FileStream(unfinished, options))
            {
                write(stream);
            }

            File.Move(unfinished, path, overwrite: true);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or ArgumentException)
        {
            if (File.Exists(unfinished))
            {
                File.Delete(unfinished);
            }

            throw new ToolException(
                ExitCodes.Machine, $"The file of {option} could not be written ({exception.GetType().Name}).",
                "Check the folder, the rights of this user, and the free space.", ToolException.Reference("wid#exit-codes"));
        }
    }
}
