using WorkloadIdentity.Chaos;

// A fleet of acquirers and HTTP clients against an Entra that throttles, stalls, breaks off, answers garbage, rolls keys and revokes, while
// secrets and certificates are rotated and clocks set wrong. Violations of the rules are counted, and the exit code reports them.
Settings settings;
try
{
    settings = Settings.Read(args);
}
catch (ArgumentException exception)
{
    await Console.Error.WriteLineAsync(exception.Message);
    return 2;
}

Held.CountTasks();
var tally = new Tally();
var run = new Run(settings, tally);
await run.GoAsync();
Report.Write(Console.Out, settings, run, tally);
return Report.IsHeld(tally) ? 0 : 1;
