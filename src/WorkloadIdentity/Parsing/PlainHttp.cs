namespace WorkloadIdentity;

/// <summary>Where plain http may carry a secret.</summary>
/// <param name="Allows">Whether plain http may go to an address.</param>
/// <param name="Rule">The rule, as a sentence.</param>
internal sealed record PlainHttp(Func<Uri, bool> Allows, string Rule)
{
    /// <summary>To this machine, by its address. A name such as <c>localhost</c> means whatever resolves it says.</summary>
    public static PlainHttp ToLoopback { get; } = new(
        LiteralAddress.IsLoopback, "Plain http is allowed only to a literal loopback address, such as http://127.0.0.1:5000.");

    public static PlainHttp Nowhere { get; } = new(_ => false, "Plain http is not allowed here.");
}
