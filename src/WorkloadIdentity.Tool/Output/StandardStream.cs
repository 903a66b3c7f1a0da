using System.Globalization;

namespace WorkloadIdentity.Tool;

/// <summary>Standard output and standard error, as this process was started with them.</summary>
internal static class StandardStream
{
    // O_CLOEXEC of Linux, on every architecture .NET runs on.
    private const int CloseOnExec = 0x80000;

    /// <summary>
    /// The writer of a stream. Where a stream was closed before the process started, the runtime's own first file takes its number, and
    /// what is written would end up there. Such a file is closed on exec, as everything the runtime opens; a stream that was handed down is
    /// not.
    /// </summary>
    /// <exception cref="IOException">The stream is closed.</exception>
    public static TextWriter Open(int number, Func<TextWriter> console) =>
        OperatingSystem.IsLinux() && (FlagsOf(number) & CloseOnExec) != 0 ? throw new IOException("The stream is closed.") : console();

    /// <summary>The flags of an open file, which the kernel reports in octal; none if it reports nothing.</summary>
    private static int FlagsOf(int number)
    {
        const string Name = "flags:";
        try
        {
            var line = File.ReadLines(string.Create(CultureInfo.InvariantCulture, $"/proc/self/fdinfo/{number}"))
                .FirstOrDefault(line => line.StartsWith(Name, StringComparison.Ordinal));
            return line is null ? 0 : Convert.ToInt32(line[Name.Length..].Trim(), 8);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or FormatException)
        {
            return 0;
        }
    }
}
