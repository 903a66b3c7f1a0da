namespace Fleet;

/// <summary>What a phase of a fleet's life costs.</summary>
/// <param name="Requests">Token requests.</param>
/// <param name="Reads">Reads that reach Redis.</param>
/// <param name="Writes">Writes that reach Redis, notes included.</param>
/// <param name="Bytes">On the connections to Redis, in both directions.</param>
internal readonly record struct Figures(double Requests, double Reads, double Writes, double Bytes);
