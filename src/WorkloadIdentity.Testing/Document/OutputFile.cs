using System.Text;
using System.Text.RegularExpressions;

namespace WorkloadIdentity.Testing;

/// <summary>
/// An output file of a document. The document is untrusted: it chooses only a name below one folder. No link and
/// no dot-folder is on the way, and a file that is there already is replaced only if an emulator made it.
/// </summary>
internal sealed partial class OutputFile
{
    /// <summary>Files of an emulator have a few kilobytes. A larger file is not read.</summary>
    private const int MaxBytes = 16 * 1024;

    private const UnixFileMode ForThisUser = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const UnixFileMode ForAll = ForThisUser | UnixFileMode.GroupRead | UnixFileMode.OtherRead;

    private readonly string _folder;
    private readonly string[] _names;

    private OutputFile(string folder, string[] names)
    {
        _folder = folder;
        _names = names;
    }

    /// <summary>Whether the file is for this user only.</summary>
    public bool IsSecret { get; private init; }

    /// <summary>Whether a text is the content of such a file, as an emulator of another run has written it.</summary>
    public required Func<string, bool> IsOurs { get; init; }

    public string Path => System.IO.Path.Join([_folder, .. _names]);

    /// <summary>The file that a property names; null, and reported when it is wrong, otherwise.</summary>
    public static OutputFile? Read(DocumentObject at, string property, Func<string, bool> isOurs, bool isSecret = false)
    {
        if (at.Text(property) is not { } text)
        {
            return null;
        }

        if (at.Reader.OutputFolder is not { } folder)
        {
            at.Report(property, "Files are written for an emulator's file only.");
            return null;
        }

        // The same on every system, so that a file that works on one is not a danger on another: no drive, no stream of a file, no
        // backslash, no device, and no '~', because Windows gives '.git' the short name 'GIT~1'.
        var names = text.Split('/');
        if (Array.TrueForAll(names, FileName().IsMatch))
        {
            return new OutputFile(folder, names) { IsOurs = isOurs, IsSecret = isSecret };
        }

        at.Report(
            property,
            "Expected the name of a file below the folder of this file, such as \"entra-ca.pem\" or \"out/entra-ca.pem\": "
            + "no absolute path, no '..', no '~', no name that begins with a dot and no device of Windows such as NUL. "
            + "For another folder, state it at the start: 'wid emulator emulator.json --output <folder>', or 'outputFolder' in C#.");
        return null;
    }

    /// <summary>Writes the file in one step: a reader sees the old content or the new one.</summary>
    /// <exception cref="IOException">It cannot be written, or something is in the way that no emulator made.</exception>
    /// <exception cref="UnauthorizedAccessException">This user may not write there.</exception>
    public async Task WriteAsync(string content, CancellationToken cancellationToken)
    {
        var folder = _folder;
        foreach (var name in _names[..^1])
        {
            folder = System.IO.Path.Join(folder, name);
            RefuseLink(new DirectoryInfo(folder));
        }

        var target = new FileInfo(Path);
        RefuseLink(target);
        if (target.Exists && !await IsReplaceableAsync(target, cancellationToken).ConfigureAwait(false))
        {
            throw new IOException($"'{Path}' is there already, and no emulator made it. Remove it, or name another file.");
        }

        var draft = System.IO.Path.Join(folder, $"{_names[^1]}.{Guid.NewGuid():N}.new");
        try
        {
            var options = new FileStreamOptions
            {
                Mode = FileMode.CreateNew,
                Access = FileAccess.Write,
                Options = FileOptions.Asynchronous,
            };
            if (!OperatingSystem.IsWindows())
            {
                options.UnixCreateMode = IsSecret ? ForThisUser : ForAll;
            }

            var file = new StreamWriter(draft, options);
            await using (file.ConfigureAwait(false))
            {
                await file.WriteAsync(content.AsMemory(), cancellationToken).ConfigureAwait(false);
            }

            System.IO.File.Move(draft, Path, overwrite: target.Exists);
        }
        finally
        {
            System.IO.File.Delete(draft);
        }
    }

    private static void RefuseLink(FileSystemInfo place)
    {
        if (place.LinkTarget is not null)
        {
            throw new IOException(
                $"'{place.FullName}' is a link, and files of an emulator are written through none. Remove it, or name another file.");
        }
    }

    /// <summary>A device or a pipe has no length, so none is opened.</summary>
    private async Task<bool> IsReplaceableAsync(FileInfo file, CancellationToken cancellationToken) =>
        file.Length is > 0 and <= MaxBytes
        && IsOurs(await System.IO.File.ReadAllTextAsync(file.FullName, Encoding.UTF8, cancellationToken).ConfigureAwait(false));

    [GeneratedRegex(
        @"\A(?!(CON|PRN|AUX|NUL|CONIN\$|CONOUT\$|(COM|LPT)[0-9¹²³])\s*(\.|\z))"
        + @"[^.~\s:*?""<>|\\\p{C}]([^~:*?""<>|\\\p{C}]*[^.~\s:*?""<>|\\\p{C}])?\z",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex FileName();
}
