using System.Globalization;

namespace WorkloadIdentity.Chaos;

/// <summary>What there is to read at the end.</summary>
internal static class Report
{
    public static void Write(TextWriter to, Settings settings, Run run, Tally tally)
    {
        var text = FormattableString.Invariant;
        to.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{settings.Duration:c} at {settings.Speed} times the speed ({run.Elapsed:hh\\:mm\\:ss} for the fleet), "
                + $"seed {settings.Seed}."));
        to.WriteLine();
        foreach (var group in tally.Counts.Where(count => !count.Key.StartsWith("breach ", StringComparison.Ordinal))
            .GroupBy(count => count.Key.Split(": ") is [var first, _] ? first : "requests"))
        {
            to.WriteLine(group.Key);
            foreach (var (what, count) in group)
            {
                to.WriteLine(text($"  {count,9:N0}  {what.Split(": ")[^1]}"));
            }
        }

        to.WriteLine("acquisitions of a member, and its budget: one in 30 s for each key, and five; each of three requests at the most");
        foreach (var (member, acquisitions, budget) in run.Spent)
        {
            to.WriteLine(text($"  {acquisitions,9:N0}  {member} (of {budget:N0})"));
        }

        to.WriteLine("at rest, before and after");
        foreach (var rest in new[] { run.Before, run.After })
        {
            to.WriteLine(text($"  {rest.Held}"));
            to.WriteLine(text($"             without {rest.ServerBytes:N0} bytes in the pool of the web server"));
            to.WriteLine(text($"             {rest.SignIns} sign-ins so far, {rest.Flights} acquisitions under way"));
        }

        to.WriteLine("laws");
        foreach (var law in Enum.GetValues<Law>())
        {
            to.WriteLine(text($"  {tally.BreachesOf(law),9:N0}  breaches of {law}"));
            foreach (var detail in tally.DetailsOf(law))
            {
                to.WriteLine($"             {detail}");
            }
        }

        to.WriteLine();
        to.WriteLine(IsHeld(tally)
            ? "Every law was held."
            : string.Create(
                CultureInfo.InvariantCulture,
                $"A law was broken. The same events again: --for {settings.Duration:c} --seed {settings.Seed} --speed {settings.Speed} "
                    + $"--pause {settings.Pause}"));
    }

    public static bool IsHeld(Tally tally) => Array.TrueForAll(Enum.GetValues<Law>(), law => tally.BreachesOf(law) == 0);
}
