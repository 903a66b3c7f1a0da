using System.Text.Json;

namespace WorkloadIdentity.Governance;

/// <summary>
/// What a reading has got so far, page by page, so that it can go on after a crash. Safe for concurrent use: the lines of a page are
/// written together.
/// </summary>
internal sealed class StateJournal(FileStream stream, GraphJson json) : IDisposable
{
    private readonly Lock _gate = new();
    private readonly StateLines _lines = new(stream, json);
    private bool _isClosed;

    /// <summary>Applies the lines that are there up to the last complete page, and cuts off the rest.</summary>
    public void Replay(InventoryTables tables, StateHeader header, bool resume)
    {
        long kept = 0;
        if (resume && stream.Length > 0)
        {
            using var lines = new StateLines(stream, json);
            kept = Replay(lines, tables, header);
        }

        stream.SetLength(kept);
        stream.Position = kept;
        if (kept == 0)
        {
            Write([new StateLine { Header = header }]);
        }
    }

    /// <summary>Writes lines, the last of which makes them count.</summary>
    public void Write(IReadOnlyList<StateLine> lines)
    {
        lock (_gate)
        {
            if (_isClosed)
            {
                return;
            }

            foreach (var line in lines)
            {
                _lines.Write(line);
            }

            stream.Flush();
        }
    }

    public void Dispose()
    {
        lock (_gate)
        {
            _isClosed = true;
            _lines.Dispose();
            stream.Dispose();
        }
    }

    private static long Replay(StateLines lines, InventoryTables tables, StateHeader header)
    {
        long kept = 0;
        var rows = new List<StateLine>();
        try
        {
            if (lines.Read(out _, withHash: false)?.Header is not { } found || found.Format != header.Format
                || found.Version != header.Version || found.TenantId != header.TenantId || found.Endpoint != header.Endpoint)
            {
                return 0;
            }

            kept = lines.Position;
            while (lines.Read(out _, withHash: false) is { } line)
            {
                rows.Add(line);
                if (line.Begin is null && line.Page is null && line.End is null)
                {
                    continue;
                }

                rows.ForEach(tables.Apply);
                rows.Clear();
                kept = lines.Position;
            }
        }
        catch (JsonException)
        {
            // The last line of a crash. What stands before it was applied.
        }

        return kept;
    }
}
