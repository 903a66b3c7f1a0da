namespace WorkloadIdentity.Paths;

/// <summary>A call from one file into another.</summary>
/// <param name="From">The caller's file; "(runtime)" when the thread pool or a timer calls.</param>
/// <param name="To">The file of the called method.</param>
/// <param name="Method">The called method.</param>
/// <param name="IsReturn">Whether the path had visited <paramref name="To"/> before.</param>
public sealed record Move(string From, string To, string Method, bool IsReturn);
