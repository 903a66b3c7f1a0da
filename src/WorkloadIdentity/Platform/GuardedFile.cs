using System.Buffers;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace WorkloadIdentity;

/// <summary>
/// The rule for a file whose path somebody else names: it stands directly in one folder, has one extension, is small, and is reached
/// through no link. The path is judged before anything is opened, and what was opened is judged again by its handle, so that nothing can be
/// swapped in between (CVE-2024-35255 is what such a file costs without that).
/// </summary>
internal sealed class GuardedFile(string folder, string extension, int maxBytes)
{
    private static readonly SearchValues<char> NeverInNames = SearchValues.Create("/\\:*?<>|\"");

    private static StringComparison Comparison =>
        OperatingSystem.IsWindows() ? StringComparison.OrdinalIgnoreCase : StringComparison.Ordinal;

    public int MaxBytes => maxBytes;

    /// <summary>What is wrong with a path; null when it may be opened. Messages quote only paths in the folder.</summary>
    public string? PathProblem(string path)
    {
        if (folder.Length == 0)
        {
            return "there is no folder for such files on this operating system";
        }

        // A colon would name an alternate stream on Windows, a backslash is a separator there: neither is in a name anybody meant.
        if (path.Length > 512 || Guard.HasControlCharacter(path) || Path.GetFileName(path) is not { Length: > 0 } name
            || name.AsSpan().ContainsAny(NeverInNames))
        {
            return "it is not the path of a file";
        }

        // Compared as text: a path that goes astray on its way ("..", a doubled separator) is not this one.
        return !string.Equals(path, Path.Join(folder, name), Comparison) ? $"it is not directly in '{folder}'"
            : !name.EndsWith(extension, Comparison) || name.Length == extension.Length ? $"its name does not end in {extension}"
            : null;
    }

    /// <summary>What is wrong with a file that was opened under <paramref name="path"/>; null when it is that file and no other.</summary>
    public static string? HandleProblem(SafeFileHandle file, string path) =>
        FinalPath(file) is not { } final ? "where it really is cannot be found out"
        : !string.Equals(final, path, Comparison) ? "a link leads elsewhere from there, or it was replaced while it was opened"
        : null;

    /// <summary>The path of an opened file as the system knows it, after every link; null when it does not say.</summary>
    private static string? FinalPath(SafeFileHandle file)
    {
        if (OperatingSystem.IsLinux())
        {
            // Kept by the kernel for the opened file itself: no look-up by name takes part.
            return new FileInfo($"/proc/self/fd/{file.DangerousGetHandle()}").LinkTarget;
        }

        if (!OperatingSystem.IsWindows())
        {
            return null;
        }

        var buffer = new char[1024];
        var length = GetFinalPathNameByHandleW(file, buffer, (uint)buffer.Length, 0);
        var path = length == 0 || length >= buffer.Length ? null : new string(buffer, 0, (int)length);
        return path?.StartsWith(@"\\?\", StringComparison.Ordinal) == true ? path[4..] : path;
    }

    [DllImport("kernel32", CharSet = CharSet.Unicode, ExactSpelling = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    private static extern uint GetFinalPathNameByHandleW(SafeFileHandle file, [Out] char[] path, uint length, uint flags);
}
