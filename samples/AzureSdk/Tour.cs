using Spectre.Console;
using WorkloadIdentity.Testing;

namespace AzureSdk;

/// <summary>Runs the steps, counts what Entra was asked during each, and says so.</summary>
internal sealed class Tour(EntraEmulator entra, SmallVault vault)
{
    private readonly Table _table = new Table().Border(TableBorder.Simple).BorderColor(Color.Grey)
        .AddColumn(new TableColumn("Reads the secret").NoWrap()).AddColumn(new TableColumn("Vault").NoWrap())
        .AddColumn(new TableColumn("Entra").NoWrap().RightAligned()).AddColumn(new TableColumn("Why").NoWrap());

    private int _failures;

    /// <param name="who">Who reads.</param>
    /// <param name="why">What explains the number of token requests.</param>
    /// <param name="expected">How many token requests there should be.</param>
    /// <param name="readAsync">Reads the secret.</param>
    public async Task StepAsync(string who, string why, int expected, Func<Task<string>> readAsync)
    {
        entra.Journal.Clear();
        var before = vault.Answers.Count;
        string? problem = null;
        try
        {
            await readAsync();
        }
        catch (Exception exception)
        {
            problem = exception.Message;
        }

        var asked = entra.Journal.TokenRequests.Count;
        var good = problem is null && asked == expected;
        _failures += good ? 0 : 1;
        _table.AddRow(
            $"[bold]{who.EscapeMarkup()}[/]",
            string.Join(" → ", vault.Answers.Skip(before).Select(answer => answer[..3])),
            $"[{(good ? "green" : "red")}]{asked} ×[/]",
            $"[grey]{(problem ?? why).EscapeMarkup()}[/]");
    }

    public int Finish()
    {
        AnsiConsole.Write(_table);
        AnsiConsole.MarkupLine(_failures == 0
            ? "\n[green]One identity, one cache.[/] For a real vault leave out the emulator and the network."
            : $"\n[red]{_failures} of these did not end as they should.[/]");
        return _failures == 0 ? 0 : 1;
    }
}
