namespace WorkloadIdentity.Tool;

/// <summary>The properties of a file, without its content.</summary>
/// <param name="Exists">Whether the file exists, after all links.</param>
/// <param name="Size">In bytes.</param>
/// <param name="Mode">The permissions; null on Windows.</param>
/// <param name="WrittenOn">When its content last changed.</param>
internal sealed record FileFacts(bool Exists, long? Size = null, UnixFileMode? Mode = null, DateTimeOffset? WrittenOn = null)
{
    /// <summary>
    /// Kubernetes mounts tokens and secrets behind two links, which change with the content. The properties are those of the target.
    /// </summary>
    public static FileFacts OfDisk(string path)
    {
        try
        {
            var file = new FileInfo(path);
            if (file.LinkTarget is not null)
            {
                file = file.ResolveLinkTarget(returnFinalTarget: true) as FileInfo ?? file;
            }

            return file.Exists
                ? new FileFacts(true, file.Length, OperatingSystem.IsWindows() ? null : file.UnixFileMode, file.LastWriteTimeUtc)
                : new FileFacts(false);
        }
        catch (Exception exception)
            when (exception is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            // Access was denied. Reading the file will report why.
            return new FileFacts(false);
        }
    }
}
