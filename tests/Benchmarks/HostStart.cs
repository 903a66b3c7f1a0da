namespace Benchmarks;

/// <summary>A generic host with one client: process start to the end of the process, after one answered request.</summary>
internal static class HostStart
{
    private const int Rounds = 15;
    private const string Bare = "Bare";
    private const string Ours = "WorkloadIdentity";
    private static readonly string[] Peers = ["IdentityWeb", "AzureIdentity"];

    public static async Task<Finding> RunAsync()
    {
        var package = await Programs.PackAsync();
        var programs = new List<(string Library, string Path)>();
        foreach (var library in (string[])[Bare, Ours, .. Peers])
        {
            programs.Add((library, await Programs.BuildHostAsync(library, package)));
        }

        var times = programs.ToDictionary(program => program.Library, _ => new List<double>());

        // Alternating, so that other work on the machine slows all of them alike. The first run of each does not count.
        for (var round = 0; round <= Rounds; round++)
        {
            foreach (var (library, path) in programs)
            {
                var time = await Programs.RunAsync("dotnet", path);
                if (round > 0)
                {
                    times[library].Add(time.TotalMilliseconds);
                }
            }
        }

        var table = new List<string> { "| client | median | more than the bare host | methods compiled |", "|---|---|---|---|" };
        foreach (var (library, path) in programs)
        {
            var compiled = await Programs.CountCompiledAsync("dotnet", path);
            table.Add(FormattableString.Invariant(
                $"| {library} | {Median(times[library]):N0} ms | {Added(library):N0} ms | {compiled:N0} |"));
        }

        return new Finding(
            "A generic host: process start to first answered request",
            "`Host.CreateApplicationBuilder` and one client of `IHttpClientFactory`, with a secret. The time is from start to end of the "
                + $"process, in {Rounds} alternating rounds. The bare host sets a constant header. With Microsoft.Identity.Web the client "
                + "has `AddMicrosoftIdentityMessageHandler`, with Azure.Identity a handler of its own. Entra and the API are in the "
                + "process. Each library is referenced as a package.",
            table,
            [.. Peers.Select(peer => new Goal(
                $"adds at most half of what {peer} adds: {Added(Ours):N0} of {Added(peer):N0} ms", 2 * Added(Ours) <= Added(peer)))]);

        double Added(string library) => Median(times[library]) - Median(times[Bare]);
    }

    private static double Median(List<double> values) => values.Order().ElementAt(values.Count / 2);
}
