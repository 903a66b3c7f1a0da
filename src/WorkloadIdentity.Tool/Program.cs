namespace WorkloadIdentity.Tool;

internal static class Program
{
    private static Task<int> Main(string[] args) => Wid.RunAsync(args, Surroundings.FromProcess(), CancellationToken.None);
}
