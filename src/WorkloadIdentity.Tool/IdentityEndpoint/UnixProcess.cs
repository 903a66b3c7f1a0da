using System.Runtime.InteropServices;

namespace WorkloadIdentity.Tool;

/// <summary>The calls of Unix for which .NET has none.</summary>
internal static class UnixProcess
{
    public const int NoSuchFile = 2;

    private const int Kill9 = 9;
    private const int BrokenPipe = 13;

    // PR_SET_PDEATHSIG of prctl(2).
    private const int SetParentDeathSignal = 1;

    /// <summary>Sends a signal to a process.</summary>
    public static void Signal(int process, int number) => _ = Kill(process, number);

    /// <summary>
    /// Whether this process is in the foreground of its terminal. Then Ctrl+C reaches each process of its group, and the signal must not be
    /// passed on a second time.
    /// </summary>
    public static bool IsInForeground()
    {
        try
        {
            using var terminal = File.OpenHandle("/dev/tty", FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
            return ForegroundGroup((int)terminal.DangerousGetHandle()) == Group();
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    /// <summary>
    /// Asks the kernel of Linux to kill this process when the thread that started it ends. It survives <see cref="Become"/>.
    /// </summary>
    /// <returns>False if that process has ended already.</returns>
    public static bool DieWith(int parent) => Control(SetParentDeathSignal, Kill9, 0, 0, 0) == 0 && Parent() == parent;

    /// <summary>Replaces this program by another one, found as a shell finds it.</summary>
    /// <returns>The error of the system. If there is none, the call does not return.</returns>
    public static int Become(IReadOnlyList<string> command)
    {
        // The runtime ignores this signal, and the other program would inherit that.
        _ = Handle(BrokenPipe, 0);
        nint[] arguments = [.. command.Select(Marshal.StringToCoTaskMemUTF8), 0];
        _ = Execute(arguments[0], arguments);
        return Marshal.GetLastPInvokeError();
    }

    [DllImport("libc", EntryPoint = "kill", ExactSpelling = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Kill(int process, int signal);

    [DllImport("libc", EntryPoint = "tcgetpgrp", ExactSpelling = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int ForegroundGroup(int terminal);

    [DllImport("libc", EntryPoint = "getpgrp", ExactSpelling = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Group();

    [DllImport("libc", EntryPoint = "getppid", ExactSpelling = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Parent();

    [DllImport("libc", EntryPoint = "prctl", ExactSpelling = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Control(int option, nuint second, nuint third, nuint fourth, nuint fifth);

    [DllImport("libc", EntryPoint = "signal", ExactSpelling = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern nint Handle(int signal, nint handler);

    [DllImport("libc", EntryPoint = "execvp", ExactSpelling = true, SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Execute(nint file, nint[] arguments);
}
