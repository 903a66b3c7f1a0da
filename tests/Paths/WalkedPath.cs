namespace WorkloadIdentity.Paths;

/// <summary>The files that one request visited.</summary>
/// <param name="Name">What the request was.</param>
/// <param name="Files">Each file once, in the order of the first visit.</param>
/// <param name="Moves">Every call that crossed from one file into another.</param>
/// <param name="Calls">Every counted call, those within a file included.</param>
public sealed record WalkedPath(string Name, IReadOnlyList<string> Files, IReadOnlyList<Move> Moves, int Calls)
{
    /// <summary>The calls into a file that had been visited before.</summary>
    public IReadOnlyList<Move> Returns => [.. Moves.Where(move => move.IsReturn)];
}
