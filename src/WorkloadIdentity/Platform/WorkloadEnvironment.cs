using System.Collections.ObjectModel;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography.X509Certificates;

namespace WorkloadIdentity;

/// <summary>
/// Environment variables and files, which tell a workload which identity it has. Only this code reads them. Safe for concurrent use. Each
/// read returns the current value, so rotated values are used.
/// </summary>
public sealed class WorkloadEnvironment
{
    /// <summary>Secrets, certificates and tokens are kilobytes; a larger file is something else (a device, a log, an attack).</summary>
    internal const int MaxFileBytes = 1024 * 1024;

    /// <summary>Reading a small file takes milliseconds; a network mount that has not answered by then is in trouble.</summary>
    private static readonly TimeSpan FileTimeLimit = TimeSpan.FromSeconds(10);

    private readonly Func<string, string?> _variable;
    private readonly Func<IEnumerable<string>> _names;
    private readonly Func<string, FileContent> _file;
    private readonly Func<string, GuardedFile, FileContent> _guarded;
    private readonly Func<string, bool> _fileExists;

    private WorkloadEnvironment(
        Func<string, string?> variable,
        Func<IEnumerable<string>> names,
        Func<string, FileContent> file,
        Func<string, GuardedFile, FileContent> guarded,
        Func<string, bool> fileExists)
    {
        _variable = variable;
        _names = names;
        _file = file;
        _guarded = guarded;
        _fileExists = fileExists;
    }

    /// <summary>The environment of the running process.</summary>
    public static WorkloadEnvironment FromProcess()
    {
        var reads = new FileReads(FileTimeLimit, TimeProvider.System);
        return new WorkloadEnvironment(
#pragma warning disable RS0030 // This is the one place that may.
            Environment.GetEnvironmentVariable,
            () => Environment.GetEnvironmentVariables().Keys.Cast<string>(),
#pragma warning restore RS0030
            path => reads.Read(path, () => ReadFromDisk(path, rule: null)),
            (path, rule) => reads.Read(path, () => ReadFromDisk(path, rule)),
            File.Exists)
        {
            Certificates = ReadFromStore,
        };
    }

    /// <summary>
    /// An environment made of the given values alone, for tests. The dictionaries are read at each use, so a test may change them.
    /// </summary>
    /// <param name="variables">Environment variables by name.</param>
    /// <param name="files">File contents by path; none when null.</param>
    public static WorkloadEnvironment FromValues(
        IReadOnlyDictionary<string, string> variables, IReadOnlyDictionary<string, byte[]>? files = null)
    {
        ArgumentNullException.ThrowIfNull(variables);
        var contents = files ?? ReadOnlyDictionary<string, byte[]>.Empty;
        return new WorkloadEnvironment(
            variables.GetValueOrDefault,
            () => variables.Keys,
            path => Read(path, MaxFileBytes),
            (path, rule) => Read(path, rule.MaxBytes),
            contents.ContainsKey);

        FileContent Read(string path, int limit) =>
            !contents.TryGetValue(path, out var bytes) ? FileContent.Missing(path)
            : bytes.Length > limit ? FileContent.TooLarge(path, limit)
            : FileContent.Read(path, bytes);
    }

    /// <summary>The certificates of a store, by location and name; none where only values are given.</summary>
    internal Func<StoreLocation, string, IReadOnlyList<X509Certificate2>> Certificates { get; private init; } = (_, _) => [];

    /// <summary>The same, with certificate stores.</summary>
    internal static WorkloadEnvironment FromValues(
        IReadOnlyDictionary<string, string> variables,
        IReadOnlyDictionary<string, byte[]> files,
        Func<StoreLocation, string, IReadOnlyList<X509Certificate2>> certificates)
    {
        var values = FromValues(variables, files);
        return new WorkloadEnvironment(
            values._variable, values._names, values._file, values._guarded, values._fileExists)
        { Certificates = certificates };
    }

    /// <summary>A variable's value; null when it is absent or empty.</summary>
    /// <param name="name">The variable's name.</param>
    public string? Variable(string name) => _variable(name) is { Length: > 0 } value ? value : null;

    /// <summary>Reads a file of at most 1 MiB, within ten seconds. Pipes and devices are not read.</summary>
    /// <param name="path">The file.</param>
    /// <param name="content">What it holds.</param>
    /// <param name="problem">Why it could not be read, as the rest of a sentence: <c>'/run/secrets/key' does not exist</c>.</param>
    public bool TryReadFile(string path, [NotNullWhen(true)] out byte[]? content, [NotNullWhen(false)] out string? problem)
    {
        var file = ReadFile(path);
        (content, problem) = (file.Bytes, file.Bytes is null ? file.Problem : null);
        return content is not null;
    }

    /// <summary>Reads a file that holds one line of UTF-8 text, such as a token or a secret. White space around it is removed.</summary>
    /// <param name="path">The file.</param>
    /// <param name="line">What it holds.</param>
    /// <param name="problem">Why there is no line, as the rest of a sentence: <c>'/run/secrets/key' is empty</c>.</param>
    public bool TryReadLine(string path, [NotNullWhen(true)] out string? line, [NotNullWhen(false)] out string? problem)
    {
        (line, problem) = ReadFile(path).AsLine();
        return line is not null;
    }

    /// <summary>Whether the variable is there and says nothing: absent to everybody who reads it, and rarely meant.</summary>
    internal bool IsEmpty(string name) => _variable(name) is { Length: 0 };

    /// <summary>The names of all variables there are.</summary>
    internal IEnumerable<string> Names => _names();

    /// <summary>The same environment in which some variables have another value.</summary>
    internal WorkloadEnvironment With(IReadOnlyDictionary<string, string> variables) =>
        new(
            name => variables.GetValueOrDefault(name) ?? _variable(name),
            () => _names().Concat(variables.Keys).Distinct(),
            _file,
            _guarded,
            _fileExists)
        { Certificates = Certificates };

    /// <summary>Whether the variable is there with a value.</summary>
    internal bool Has(string name) => Variable(name) is not null;

    /// <summary>Those of <paramref name="names"/> that are there with a value.</summary>
    internal HashSet<string> PresentAmong(IEnumerable<string> names) => [.. names.Where(Has)];

    /// <summary>Whether any variable of a platform is there with a value: <c>WEBSITE_</c> for App Service.</summary>
    internal bool HasAny(string prefix) => _names().Any(name => name.StartsWith(prefix, StringComparison.Ordinal) && Has(name));

    /// <summary>Where programs are installed on Windows, from the system and not from a variable anyone may set; empty elsewhere.</summary>
    internal static string ProgramFiles => Environment.GetFolderPath(Environment.SpecialFolder.ProgramFiles);

    /// <summary>Where programs keep their data on Windows, from the system as well; empty elsewhere.</summary>
    internal static string ProgramData =>
        OperatingSystem.IsWindows() ? Environment.GetFolderPath(Environment.SpecialFolder.CommonApplicationData) : "";

    /// <summary>
    /// The key files of the agent of Azure Arc. The folder is fixed: whoever could choose it could have any file's content sent away.
    /// </summary>
    internal static GuardedFile ArcKey { get; } = new(
        OperatingSystem.IsWindows()
            ? Path.Join(ProgramData, "AzureConnectedMachineAgent", "Tokens")
            : OperatingSystem.IsLinux() ? "/var/opt/azcmagent/tokens" : "",
        ".key",
        maxBytes: 4096);

    /// <summary>Whether there is a file at the path, readable or not.</summary>
    /// <param name="path">The file.</param>
    public bool FileExists(string path) => _fileExists(path);

    /// <summary>A key file of the agent of Azure Arc, whose path the agent names; or why it is not read.</summary>
    internal FileContent ReadArcKey(string path) => ReadGuarded(path, ArcKey);

    /// <summary>A file whose path somebody else names, if it is one that <paramref name="rule"/> allows.</summary>
    internal FileContent ReadGuarded(string path, GuardedFile rule) =>
        rule.PathProblem(path) is { } problem ? FileContent.Refused(path, problem) : _guarded(path, rule);

    /// <summary>A file's content, up to <see cref="MaxFileBytes"/>, or why it could not be read.</summary>
    internal FileContent ReadFile(string path) => _file(path);

    /// <exception cref="System.Security.Cryptography.CryptographicException">There is no such store, or it may not be read.</exception>
    private static IReadOnlyList<X509Certificate2> ReadFromStore(StoreLocation location, string name)
    {
        using var store = new X509Store(name, location);
        store.Open(OpenFlags.ReadOnly | OpenFlags.OpenExistingOnly);
        return [.. store.Certificates];
    }

    private static FileContent ReadFromDisk(string path, GuardedFile? rule)
    {
        var limit = rule?.MaxBytes ?? MaxFileBytes;
        try
        {
            if (HasNoBytes(path))
            {
                return FileContent.Read(path, []);
            }

            using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            if (rule is not null && GuardedFile.HandleProblem(file.SafeFileHandle, path) is { } problem)
            {
                return FileContent.Refused(path, problem);
            }

            if (!file.CanSeek)
            {
                return FileContent.NotRegular(path);
            }

            var bytes = new byte[limit + 1];
            var length = file.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
            return length > limit ? FileContent.TooLarge(path, limit) : FileContent.Read(path, bytes[..length]);
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            return new FileInfo(path).LinkTarget is null ? FileContent.Missing(path) : FileContent.MissingTarget(path);
        }
        catch (Exception exception)
            when (exception is IOException or UnauthorizedAccessException or NotSupportedException or ArgumentException)
        {
            return FileContent.Unreadable(path, exception);
        }
    }

    /// <summary>
    /// Whether there is nothing to read. Named pipes, devices and sockets have a length of zero, and opening one may block until somebody
    /// writes: a file without bytes is not opened.
    /// </summary>
    private static bool HasNoBytes(string path)
    {
        var file = File.ResolveLinkTarget(path, returnFinalTarget: true) as FileInfo ?? new FileInfo(path);
        return file is { Exists: true, Length: 0 };
    }
}
