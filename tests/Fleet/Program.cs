using System.Globalization;
using Fleet;

// dotnet run -c Release --project tests/Fleet [-- processes]: how many token requests a fleet makes that starts at once, with and without a
// second level.
// dotnet run -c Release --project tests/Fleet -- --for 01:00:00 [--seed number]: a fleet whose Redis is killed again and again.
// dotnet run -c Release --project tests/Fleet -- simulate [processes…]: the traffic of simulated fleets, beside what was calculated.
switch (args)
{
    case ["member"]:
        await Member.RunAsync(Console.In, Console.Out);
        return 0;
    case []:
        Console.WriteLine(await Measurement.RunAsync(processes: 50));
        return 0;
    case [var text]
        when int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var processes) && processes is > 0 and <= 200:
        Console.WriteLine(await Measurement.RunAsync(processes));
        return 0;
    case ["--for", var time, .. var rest]
        when TimeSpan.TryParse(time, CultureInfo.InvariantCulture, out var duration) && duration >= TimeSpan.FromMinutes(1)
            && SeedOf(rest) is { } seed:
        return await Outages.RunAsync(duration, seed, Console.Out) ? 0 : 1;
    case ["simulate", .. var texts] when SizesOf(texts) is { } sizes:
        return await SimulateAsync(sizes);
    default:
        Console.Error.WriteLine(
            "Give the number of processes, 1 to 200, or nothing for 50. Or give --for <hh:mm:ss>, at least a minute, and --seed <number> "
                + "if you want the same outages again. Or give simulate and the sizes of the fleets, 2 to 5000 each, or nothing for 50, "
                + "500 and 5000.");
        return 2;
}

static async Task<int> SimulateAsync(int[] sizes)
{
    var isWithin = true;
    foreach (var processes in sizes)
    {
        foreach (var keys in (int[])[1, 4])
        {
            isWithin &= await new Simulation(processes, keys, Random.Shared.Next(100_000), Console.Out).RunAsync();
        }
    }

    return isWithin ? 0 : 1;
}

static int[]? SizesOf(string[] texts)
{
    var sizes = texts is [] ? [50, 500, 5000] : Array.ConvertAll(texts, SizeOf);
    return Array.TrueForAll(sizes, size => size is >= 2 and <= 5000) ? sizes : null;
}

static int SizeOf(string text) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var size) ? size : 0;

static int? SeedOf(string[] arguments) => arguments switch
{
    [] => Random.Shared.Next(100_000),
    ["--seed", var text] when int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var seed) => seed,
    _ => null,
};
