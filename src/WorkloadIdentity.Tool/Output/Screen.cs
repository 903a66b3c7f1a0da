using Spectre.Console;

namespace WorkloadIdentity.Tool;

/// <summary>
/// Writes lines to a terminal in colour, and to everything else as they are. Lines are never broken: what is longer than the window is for
/// the terminal to wrap, so that a command copied from it is whole.
/// </summary>
internal sealed class Screen(TextWriter writer, bool isPlain)
{
    /// <summary>How a person ends a command that serves.</summary>
    public const string HowToEnd = "Ctrl+C ends it.";

    // Created at first use, so output for programs does not load it.
    private IAnsiConsole? _console;

    /// <summary>Standard output.</summary>
    public static Screen Out(Surroundings surroundings) =>
        new(surroundings.Out, surroundings.IsOutRedirected || !WantsColour(surroundings.Environment));

    /// <summary>Standard error.</summary>
    public static Screen Error(Surroundings surroundings) =>
        new(surroundings.Error, surroundings.IsErrorRedirected || !WantsColour(surroundings.Environment));

    public void Line(string text = "") => writer.WriteLine(text);

    /// <summary>Writes a line of parts, each with or without a colour.</summary>
    public void Line(params ReadOnlySpan<(string Text, ConsoleColor? Colour)> parts)
    {
        foreach (var (text, colour) in parts)
        {
            if (isPlain || colour is null)
            {
                writer.Write(text);
            }
            else
            {
                (_console ??= Colours(writer)).Write(new Text(text, new Style(Color.FromConsoleColor(colour.Value))));
            }
        }

        writer.WriteLine();
    }

    public void Heading(string text)
    {
        Line();
        Line((text, ConsoleColor.Cyan));
    }

    /// <summary>Whether colours are used: https://no-color.org, and not on a dumb terminal.</summary>
    public static bool WantsColour(WorkloadEnvironment environment) =>
        !environment.Has("NO_COLOR") && environment.Variable("TERM") != "dumb";

    private static IAnsiConsole Colours(TextWriter writer)
    {
        var console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Ansi = AnsiSupport.Yes,
            ColorSystem = ColorSystemSupport.Standard,
            Out = new AnsiConsoleOutput(writer),
        });
        console.Profile.Width = short.MaxValue;
        return console;
    }
}
