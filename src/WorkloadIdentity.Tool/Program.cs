namespace WorkloadIdentity.Tool;

internal static class Program
{
    private static async Task<int> Main(string[] args)
    {
        if (args is [TiedCommand.Argument, ..])
        {
            return TiedCommand.Become(args, Surroundings.FromProcess());
        }

        using var signals = new Signals();
        return await signals.RunAsync(stop => Wid.RunAsync(args, Surroundings.FromProcess(signals), stop)).ConfigureAwait(false);
    }
}
