namespace WorkloadIdentity.Tool;

/// <summary>What can be told of a file without reading it.</summary>
/// <param name="Exists">Whether it is there, behind all links.</param>
/// <param name="Size">In bytes.</param>
/// <param name="Mode">Who may do what; null on Windows.</param>
/// <param name="WrittenOn">When its content last changed.</param>
internal sealed record FileFacts(bool Exists, long? Size = null, UnixFileMode? Mode = null, DateTimeOffset? WrittenOn = null)
{
    /// <summary>
    /// Kubernetes mounts tokens and secrets behind two links, which change when the content does: the file at the end is looked at.
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
            // What may not even be looked at; reading it will say why.
            return new FileFacts(false);
        }
    }
}
