using System.Globalization;
using Fleet;

// dotnet run -c Release --project tests/Fleet [-- processes]: how many token requests a fleet makes that starts at once, with and without a
// second level.
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
    default:
        Console.Error.WriteLine("Give the number of processes, 1 to 200, or nothing for 50.");
        return 2;
}
