using System.Text.Json;

namespace WorkloadIdentity.Governance;

/// <summary>
/// The state of one tenant in a folder: a whole file, replaced in one step when a reading has ended, and beside it the journal of a reading
/// that is under way. Only the owner may read them.
/// </summary>
internal sealed class StateFile
{
    private readonly string _path;
    private readonly StateHeader _header;

    public StateFile(string folder, string tenantId, Uri endpoint)
    {
        // The tenant's id comes from a server or from the application, so it must not lead out of the folder.
        var name = string.Concat(tenantId.Where(character => char.IsAsciiLetterOrDigit(character) || character is '-' or '.'));
        _path = Path.Combine(folder, $"inventory-{name.Trim('.')}.jsonl");
        _header = new StateHeader
        {
            Format = StateHeader.ThisFormat,
            Version = StateHeader.ThisVersion,
            TenantId = tenantId,
            Endpoint = endpoint.AbsoluteUri,
        };
    }

    private string JournalPath => $"{_path}.partial";

    /// <summary>Reads the whole file. Null means that it is not there.</summary>
    /// <param name="json">How lines are parsed.</param>
    /// <param name="problem">Why a file that is there cannot be used; null if it can.</param>
    /// <exception cref="InventoryStateException">The file belongs to another tenant or cloud.</exception>
    public InventoryTables? Load(GraphJson json, out string? problem)
    {
        problem = null;
        if (!File.Exists(_path))
        {
            return null;
        }

        using var stream = TryOpen(out problem);
        if (stream is null)
        {
            return null;
        }

        using var lines = new StateLines(stream, json);
        try
        {
            if (!Check(lines.Read(out _, withHash: false)?.Header, _path, out problem))
            {
                return null;
            }

            var tables = new InventoryTables();
            while (lines.Read(out var hash, withHash: true) is { } line)
            {
                if (line.Footer is not { } footer)
                {
                    tables.Apply(line);
                    continue;
                }

                if (footer.Lines == lines.Count - 1 && footer.Sha256 == hash && lines.Position == stream.Length)
                {
                    return tables;
                }

                break;
            }
        }
        catch (JsonException)
        {
        }

        problem = $"The state file {_path} is damaged or was cut off, so it was not used. The tenant is read in full.";
        return null;
    }

    /// <summary>Opens the journal, and adds to the tables what an earlier reading left in it.</summary>
    /// <param name="tables">The tables.</param>
    /// <param name="json">How lines are parsed and written.</param>
    /// <param name="resume">Whether the earlier reading is continued; else it is dropped.</param>
    /// <exception cref="InventoryStateException">Another reading of the tenant is under way.</exception>
    public StateJournal OpenJournal(InventoryTables tables, GraphJson json, bool resume)
    {
        FileStream stream;
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(_path))!);
            stream = Open(JournalPath, FileMode.OpenOrCreate, FileAccess.ReadWrite);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new InventoryStateException(
                $"The journal {JournalPath} cannot be opened: {exception.Message} Another reading of the tenant may be under way. Wait for "
                    + "it, or name another folder.",
                exception);
        }

        var journal = new StateJournal(stream, json);
        journal.Replay(tables, _header, resume);
        return journal;
    }

    /// <summary>Replaces the whole file in one step.</summary>
    public void Save(InventoryTables tables, GraphJson json)
    {
        var temporary = $"{_path}.new";
        File.Delete(temporary);
        using (var stream = Open(temporary, FileMode.CreateNew, FileAccess.Write))
        {
            using var buffered = new BufferedStream(stream, 128 * 1024);
            using var lines = new StateLines(buffered, json);
            lines.Write(new StateLine { Header = _header });
            foreach (var line in TableLines.Of(tables))
            {
                lines.Write(line);
            }

            lines.Write(new StateLine { Footer = new StateFooter { Lines = lines.Count, Sha256 = lines.Hash } });
            buffered.Flush();
            stream.Flush(flushToDisk: true);
        }

        File.Move(temporary, _path, overwrite: true);
    }

    /// <summary>Removes the journal, after it was disposed.</summary>
    public void DeleteJournal() => File.Delete(JournalPath);

    private bool Check(StateHeader? header, string path, out string? problem)
    {
        problem = header?.Format != StateHeader.ThisFormat
            ? $"The file {path} is not a state file of an inventory, so it was not used. The tenant is read in full."
            : header.Version != StateHeader.ThisVersion
                ? $"The state file {path} has version {header.Version}, and this program reads version {StateHeader.ThisVersion}, so it "
                    + "was not used. The tenant is read in full."
                : null;
        if (problem is null && (!OpenText.Same(header!.TenantId, _header.TenantId) || header.Endpoint != _header.Endpoint))
        {
            throw new InventoryStateException(
                $"The state file {path} is of tenant {header.TenantId} at {header.Endpoint}, and not of tenant {_header.TenantId} at "
                    + $"{_header.Endpoint}. Name another folder, or remove the file.");
        }

        return problem is null;
    }

    private FileStream? TryOpen(out string? problem)
    {
        try
        {
            problem = null;
            return Open(_path, FileMode.Open, FileAccess.Read);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            problem = $"The state file {_path} was not used: {exception.Message} The tenant is read in full, and the file replaced.";
            return null;
        }
    }

    /// <summary>A file for its owner alone (on Windows, with the rights of the folder), open for no other writer.</summary>
    private static FileStream Open(string path, FileMode mode, FileAccess access)
    {
        var share = access == FileAccess.Read ? FileShare.Read : FileShare.None;
        var options = new FileStreamOptions { Mode = mode, Access = access, Share = share };
        if (!OperatingSystem.IsWindows() && mode != FileMode.Open)
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        if (new FileInfo(path).LinkTarget is not null)
        {
            throw new IOException("It is a link.");
        }

        var stream = new FileStream(path, options);
        try
        {
            if (!OperatingSystem.IsWindows())
            {
                const UnixFileMode Others = UnixFileMode.GroupWrite | UnixFileMode.OtherWrite;
                if ((File.GetUnixFileMode(stream.SafeFileHandle) & Others) != 0)
                {
                    throw new IOException("Other users can write to it. Remove it, or name another folder.");
                }

                // A file that was there keeps its mode, and one of another user refuses this.
                File.SetUnixFileMode(stream.SafeFileHandle, UnixFileMode.UserRead | UnixFileMode.UserWrite);
            }

            return stream;
        }
        catch
        {
            stream.Dispose();
            throw;
        }
    }
}
