using System.Buffers;

namespace WorkloadIdentity;

/// <summary>
/// Guards the start of a batch file (<c>.cmd</c>, <c>.bat</c>). On Windows cmd.exe runs it and parses its path and arguments again: a
/// percent sign expands a variable, and an ampersand starts another command, even in quotes (CVE-2024-24576). No quoting protects such
/// characters, so they are refused.
/// </summary>
internal static class BatchFile
{
    private static readonly SearchValues<char> Special = SearchValues.Create("%\"&^|<>!\r\n\0");

    /// <summary>
    /// Why a program must not be started like this: the end of a sentence about its path or arguments. Null when it may be. The answer is
    /// the same on every system, so that a mistake shows before the program runs on Windows.
    /// </summary>
    public static string? Problem(string path, params IEnumerable<string> arguments)
    {
        // Windows drops dots and spaces at the end of a file's name.
        var file = path.AsSpan().TrimEnd(". ");
        var isBatch = file.EndsWith(".cmd", StringComparison.OrdinalIgnoreCase)
            || file.EndsWith(".bat", StringComparison.OrdinalIgnoreCase);
        return isBatch && arguments.Prepend(path).Any(text => text.AsSpan().ContainsAny(Special))
            ? "holds one of % \" & ^ | < > ! or a line break, which cmd.exe reads as more than text when it runs a batch file (.cmd, .bat)"
            : null;
    }
}
