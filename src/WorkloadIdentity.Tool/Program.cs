using System.CommandLine;
using Spectre.Console;
namespace WorkloadIdentity.Tool;
internal static class Program
{
    public static async Task<int> Main(string[] args)
    {
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Error) });
        var root = new RootCommand("x");
        root.SetAction(async (r, t) =>
        {
            await console.Status().StartAsync("waiting", async _ => { await Task.Delay(TimeSpan.FromMilliseconds(10), TimeProvider.System, t); });
            console.Write(new Markup("[green]ok[/]\n"));
            await using var e = await WorkloadIdentity.Testing.EntraEmulator.StartAsync(cancellationToken: t);
            return 0;
        });
        return await root.Parse(args).InvokeAsync();
    }
}
