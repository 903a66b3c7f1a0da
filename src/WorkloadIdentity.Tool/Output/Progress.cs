using Spectre.Console;

namespace WorkloadIdentity.Tool;

/// <summary>Shows a person at a terminal that an operation is still running.</summary>
internal static class Progress
{
    /// <summary>Does the work, and shows what it is if it takes longer than a second. Standard output is not used.</summary>
    public static Task<T> ShowAsync<T>(
        Surroundings surroundings, string what, Func<CancellationToken, Task<T>> work, CancellationToken cancellationToken) =>
        ShowAsync(surroundings, what, (_, cancel) => work(cancel), cancellationToken);

    /// <summary>The same for work that says how far it is: it calls the function with a few words at each step.</summary>
    public static async Task<T> ShowAsync<T>(
        Surroundings surroundings, string what, Func<Action<string>, CancellationToken, Task<T>> work, CancellationToken cancellationToken)
    {
        var step = new Step(what);
        var task = work(step.Tell, cancellationToken);
        if (surroundings.IsErrorRedirected)
        {
            return await task.ConfigureAwait(false);
        }

        Task inTime = task.WaitAsync(surroundings.Patience, surroundings.TimeProvider, CancellationToken.None);
        await inTime.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return task.IsCompleted || cancellationToken.IsCancellationRequested
            ? await task.ConfigureAwait(false)
            : await StatusAsync(surroundings, step, task).ConfigureAwait(false);
    }

    private static async Task<T> StatusAsync<T>(Surroundings surroundings, Step step, Task<T> task)
    {
        if (!Screen.WantsColour(surroundings.Environment))
        {
            // A terminal without colours often has no moving text either, so one line is printed once.
            await surroundings.Error.WriteLineAsync(step.Text).ConfigureAwait(false);
            return await task.ConfigureAwait(false);
        }

        var console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Ansi = AnsiSupport.Yes,
            Interactive = InteractionSupport.Yes,
            Out = new AnsiConsoleOutput(surroundings.Error),
        });
        return await console.Status().StartAsync(Markup.Escape(step.Text), status =>
        {
            step.Show = text => status.Status(Markup.Escape(text));
            return task;
        }).ConfigureAwait(false);
    }

    /// <summary>What is shown: the work, and how far it is. Any thread may tell.</summary>
    private sealed class Step(string what)
    {
        private volatile string _text = $"{what}…";

        public string Text => _text;

        /// <summary>Shows a new text, once there is a place to show it.</summary>
        public Action<string>? Show { get; set; }

        public void Tell(string step)
        {
            _text = $"{what}: {step}…";
            Show?.Invoke(_text);
        }
    }
}
