namespace WorkloadIdentity.Governance;

/// <summary>A file that only this user may read (on Windows, with the rights of the folder).</summary>
internal static class PrivateFile
{
    /// <summary>Makes a new file. A file or a link that is there already is an error.</summary>
    public static FileStream Create(string path)
    {
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        return new FileStream(path, options);
    }

    /// <summary>Replaces a file in one step: a reader sees the old content or the whole new one.</summary>
    public static void Replace(string path, Action<Stream> write)
    {
        // A container's process has the same id at each start, so one that was killed may have left this file. A file or a link of
        // somebody else would keep its permissions.
        var unfinished = $"{path}.{Environment.ProcessId}.tmp";
        File.Delete(unfinished);
        try
        {
            using (var stream = Create(unfinished))
            {
                write(stream);

                // Without this a power failure could leave an empty file under the new name.
                stream.Flush(flushToDisk: true);
            }

            File.Move(unfinished, path, overwrite: true);
        }
        finally
        {
            File.Delete(unfinished);
        }
    }
}
