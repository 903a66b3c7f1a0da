using System.Diagnostics;
using System.Globalization;
using WorkloadIdentity.Schedules.Model;

namespace WorkloadIdentity.Schedules;

/// <summary>Runs each scenario under every schedule up to the bound, and prints what it found.</summary>
public static class Exploration
{
    private const int DefaultBound = 2;

    public static int Run(string[] arguments)
    {
        var bound = Number(arguments, "--bound", DefaultBound);
        var name = Option(arguments, "--scenario");
        var replay = Option(arguments, "--replay");
        var scenarios = Scenarios.All.Where(each => name is null || each.Name == name).ToList();
        if (scenarios.Count == 0)
        {
            Console.Error.WriteLine(
                $"There is no scenario '{name}'. There are: {string.Join(", ", Scenarios.All.Select(each => each.Name))}.");
            return 2;
        }

        var (checks, faults) = (scenarios.Count, 0);
        foreach (var scenario in scenarios)
        {
            faults += Explore(scenario, replay is null ? new Schedule(bound) : Schedule.Parse(replay), once: replay is not null) ? 0 : 1;
        }

        if (name is null)
        {
            checks++;
            faults += CompareHistories(Number(arguments, "--histories", 2_000), (ulong)Number(arguments, "--seed", 1));
        }

        Console.WriteLine($"{checks - faults} passed, {faults} failed");
        return faults == 0 ? 0 : 1;
    }

    /// <summary>False at the first schedule that breaks a law, except where the scenario must break one.</summary>
    private static bool Explore(Scenario scenario, Schedule schedule, bool once)
    {
        var watch = Stopwatch.StartNew();
        var visited = 0L;
        do
        {
            visited++;
            if (Fault(scenario, schedule) is { } fault)
            {
                var found = scenario.IsFaulty ? "found, as it must" : "FAULT";
                Console.WriteLine(
                    $"{scenario.Name}: {found} in schedule {visited} ({fault}). --scenario {scenario.Name} --replay {schedule.Text}");
                return scenario.IsFaulty;
            }
        }
        while (!once && schedule.MoveNext());

        Console.WriteLine($"{scenario.Name}: {visited} schedules, {watch.Elapsed.TotalSeconds:0.0} s");
        return !scenario.IsFaulty;
    }

    private static int CompareHistories(int count, ulong seed)
    {
        try
        {
            var watch = Stopwatch.StartNew();
            Histories.Check(count, seed);
            Console.WriteLine($"model: {count} histories, {watch.Elapsed.TotalSeconds:0.0} s");
            return 0;
        }
        catch (Exception exception)
        {
            Console.WriteLine($"model: FAULT {exception.Message}");
            return 1;
        }
    }

    private static string? Fault(Scenario scenario, Schedule schedule)
    {
        // After a fault nothing is disposed of: a task that was left may hold any lock.
        var world = new World();
        try
        {
            new ControlledScheduler(schedule).Run(() => scenario.Act(world));
            world.CheckLaws();
            world.Dispose();
            return null;
        }
        catch (Exception exception)
        {
            return exception.Message;
        }
    }

    private static int Number(string[] arguments, string name, int otherwise) =>
        Option(arguments, name) is { } given ? int.Parse(given, CultureInfo.InvariantCulture) : otherwise;

    private static string? Option(string[] arguments, string name) =>
        Array.IndexOf(arguments, name) is >= 0 and var at && at + 1 < arguments.Length ? arguments[at + 1] : null;
}
