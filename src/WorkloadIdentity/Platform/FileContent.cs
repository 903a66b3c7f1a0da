using System.Text;

namespace WorkloadIdentity;

/// <summary>The bytes of a file, or why it could not be read. It never prints the content.</summary>
internal sealed class FileContent
{
    private readonly bool _isLink;

    private FileContent(string path, byte[]? bytes, string? problem, Exception? exception = null, bool isLink = false)
    {
        _isLink = isLink;
        Path = path;
        Bytes = bytes;
        Problem = problem;
        Exception = exception;
    }

    public string Path { get; }

    public byte[]? Bytes { get; }

    /// <summary>Why there are no bytes: the end of a sentence that begins with what the file is for.</summary>
    public string? Problem { get; }

    public Exception? Exception { get; }

    public bool IsMissing => Bytes is null && Exception is null;

    /// <summary>There is nothing at the path: no file, and no link whose target is missing.</summary>
    public bool IsAbsent => IsMissing && !_isLink;

    public static FileContent Read(string path, byte[] bytes) => new(path, bytes, problem: null);

    public static FileContent Missing(string path) => new(path, bytes: null, $"'{path}' does not exist");

    public static FileContent MissingTarget(string path) =>
        new(path, bytes: null, $"'{path}' is a link to a file that does not exist", isLink: true);

    public static FileContent TooLarge(string path, int limit = WorkloadEnvironment.MaxFileBytes) =>
        new(path, bytes: null, $"'{path}' is larger than {limit / 1024} KiB", new InvalidDataException("The file is too large."));

    /// <summary>A file that is not read, for what it is or where it stands.</summary>
    public static FileContent Refused(string path, string problem) =>
        new(path, bytes: null, problem, new InvalidDataException("The file is refused."));

    /// <summary>A read that did not end: the storage behind the file does not answer.</summary>
    public static FileContent Overdue(string path, TimeSpan limit) => new(
        path,
        bytes: null,
        $"'{path}' was not read within {limit.TotalSeconds:0} s. The storage behind it does not answer; check its mount",
        new TimeoutException("The file was not read in time."));

    /// <summary>A pipe, a device or a socket: reading it may never end.</summary>
    public static FileContent NotRegular(string path) => Refused(path, $"'{path}' is not a regular file");

    public static FileContent Unreadable(string path, Exception exception) =>
        new(path, bytes: null, exception is UnauthorizedAccessException
            ? $"'{path}' may not be read by this process (access denied)"
            : $"'{path}' could not be read ({exception.GetType().Name})", exception);

    /// <summary>The content as one line of text: UTF-8, with the white space around it removed. A value or a problem.</summary>
    public (string? Line, string? Problem) AsLine()
    {
        if (Bytes is null)
        {
            return (null, Problem);
        }

        string text;
        try
        {
            text =
                new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(
                    Bytes.AsSpan().StartsWith(Encoding.UTF8.Preamble) ? Bytes.AsSpan(3) : Bytes).Trim();
        }
        catch (ArgumentException)
        {
            return (null, $"'{Path}' is not UTF-8 text");
        }

        return Bytes.Length == 0 ? (null, $"'{Path}' is empty, or it is a named pipe or a device, which are never read")
            : text.Length == 0 ? (null, $"'{Path}' is empty")
            : Guard.HasControlCharacter(text) ? (null, $"'{Path}' holds more than one line, or a control character")
            : (text, null);
    }
}
