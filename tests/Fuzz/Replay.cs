namespace WorkloadIdentity.Fuzz;

/// <summary>Reads every file of the corpus: each example, and each input that once broke a target.</summary>
internal static class Replay
{
    public static int Run(string corpus)
    {
        var (passed, failed) = (0, 0);
        foreach (var (name, target) in Targets.All)
        {
            foreach (var file in Directory.GetFiles(Path.Combine(corpus, name)).Order(StringComparer.Ordinal))
            {
                try
                {
                    target(File.ReadAllBytes(file));
                    passed++;
                }
                catch (Exception exception)
                {
                    failed++;
                    Console.WriteLine($"{name}/{Path.GetFileName(file)}: {exception}");
                }
            }
        }

        Console.WriteLine($"{passed} passed, {failed} failed");
        return failed == 0 && passed > 0 ? 0 : 1;
    }
}
