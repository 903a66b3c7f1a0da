namespace WorkloadIdentity.Tool;

internal static class Program
{
    private static async Task<int> Main(string[] args)
    {
        using var signals = new Signals();
        return await signals.RunAsync(stop => Wid.RunAsync(args, Surroundings.FromProcess(), stop)).ConfigureAwait(false);
    }
}
