namespace WorkloadIdentity.Governance;

/// <summary>
/// Serialises the rotations of one application on this machine. Rotations on two machines see each other's credential by its name.
/// </summary>
internal static class RotationLock
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(15);

    /// <summary>EWOULDBLOCK of Linux and of macOS; sharing and lock violation of Windows.</summary>
    private static readonly IReadOnlyList<int> InUse = [11, 35, unchecked((int)0x80070020), unchecked((int)0x80070021)];

    /// <summary>Waits for the turn. Dispose the result at its end.</summary>
    /// <exception cref="ChangeRefusedException">Another rotation of the application took too long.</exception>
    /// <exception cref="IOException">The file cannot be opened, for another reason than that it is in use.</exception>
    public static async Task<IDisposable> TakeAsync(
        string? folder, string objectId, TimeProvider timeProvider, CancellationToken cancellationToken)
    {
        folder ??= DefaultFolder();
        Directory.CreateDirectory(folder);
        var file = Path.Combine(folder, $"{Uri.EscapeDataString(objectId)}.lock");
        for (var start = timeProvider.GetTimestamp(); ;)
        {
            try
            {
                return new FileStream(file, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException exception) when (InUse.Contains(exception.HResult))
            {
                if (timeProvider.GetElapsedTime(start) > Longest)
                {
                    throw new ChangeRefusedException(
                        $"Another rotation of this application is under way on this machine (it holds {file}). Run the same command again "
                            + "when it has ended.",
                        exception);
                }
            }

            await Task.Delay(Pause, timeProvider, cancellationToken).ConfigureAwait(false);
        }
    }

    private static string DefaultFolder() =>
        Environment.GetFolderPath(
            Environment.SpecialFolder.LocalApplicationData, Environment.SpecialFolderOption.DoNotVerify) is { Length: > 0 } own
            ? Path.Combine(own, "workload-identity", "rotation")
            : Path.Combine(Path.GetTempPath(), $"workload-identity-{Environment.UserName}");
}
