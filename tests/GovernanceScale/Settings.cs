using System.Globalization;

namespace WorkloadIdentity.Tests;

/// <summary>The command line.</summary>
internal sealed record Settings(IReadOnlyList<int> Sizes, int Naive, int? Memory)
{
    public const string Usage = """
        dotnet run -c Release --project tests/GovernanceScale -- [--sizes 1000,10000] [--naive 1000] [--memory 400]

          --sizes    service principals of each tenant
          --naive    up to which size the naive client runs; beyond it its requests are computed
          --memory   measures the memory of the client in a process of its own; more than so many MB is a failure
        """;

    public static Settings? Parse(IReadOnlyList<string> arguments)
    {
        var settings = new Settings([1_000, 10_000], 1_000, null);
        for (var at = 0; at < arguments.Count; at++)
        {
            var value = at + 1 < arguments.Count ? arguments[at + 1] : "";
            switch (arguments[at])
            {
                case "--sizes" when value.Split(',').All(part => int.TryParse(part, CultureInfo.InvariantCulture, out _)):
                    settings = settings with
                    {
                        Sizes = [.. value.Split(',').Select(part => int.Parse(part, CultureInfo.InvariantCulture))],
                    };
                    at++;
                    break;
                case "--naive" when int.TryParse(value, CultureInfo.InvariantCulture, out var naive):
                    settings = settings with { Naive = naive };
                    at++;
                    break;
                case "--memory" when int.TryParse(value, CultureInfo.InvariantCulture, out var memory):
                    settings = settings with { Memory = memory };
                    at++;
                    break;
                default:
                    return null;
            }
        }

        return settings;
    }
}
