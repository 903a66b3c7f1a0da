using Spectre.Console;

namespace WorkloadIdentity.Tool;

/// <summary>Shows a person at a terminal that an operation is still running.</summary>
internal static class Progress
{
    /// <summary>Does the work, and shows what it is if it takes longer than a second. Standard output is not used.</summary>
    public static async Task<T> ShowAsync<T>(
        Surroundings surroundings, string what, Func<CancellationToken, Task<T>> work, CancellationToken cancellationToken)
    {
        var task = work(cancellationToken);
        if (surroundings.IsErrorRedirected)
        {
            return await task.ConfigureAwait(false);
        }

        Task inTime = task.WaitAsync(surroundings.Patience, surroundings.TimeProvider, CancellationToken.None);
        await inTime.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return task.IsCompleted || cancellationToken.IsCancellationRequested
            ? await task.ConfigureAwait(false)
            : await StatusAsync(surroundings, what, task).ConfigureAwait(false);
    }

    private static async Task<T> StatusAsync<T>(Surroundings surroundings, string what, Task<T> task)
    {
        if (!Screen.WantsColour(surroundings.Environment))
        {
            // A terminal without colours often has no moving text either, so one line is printed once.
            await surroundings.Error.WriteLineAsync($"{what}…").ConfigureAwait(false);
            return await task.ConfigureAwait(false);
        }

        var console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Ansi = AnsiSupport.Yes,
            Interactive = InteractionSupport.Yes,
            Out = new AnsiConsoleOutput(surroundings.Error),
        });
        return await console.Status().StartAsync(Markup.Escape($"{what}…"), _ => task).ConfigureAwait(false);
    }
}
