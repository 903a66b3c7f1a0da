using System.Runtime.CompilerServices;

namespace Benchmarks;

/// <summary>What one benchmark found.</summary>
/// <param name="Title">What was measured, as a heading.</param>
/// <param name="Work">How, in a sentence or two.</param>
/// <param name="Table">The figures, as Markdown.</param>
/// <param name="Goals">What was to be reached.</param>
internal sealed record Finding(string Title, string Work, IReadOnlyList<string> Table, params IReadOnlyList<Goal> Goals)
{
    private const int LineLength = 140;

    /// <summary>Why a goal is missed, as profiles show it. Printed if one is missed.</summary>
    public string? InTheWay { get; init; }

    /// <summary>What else the reader needs to know. Always printed.</summary>
    public string? Note { get; init; }

    /// <summary>Pictures of the first run.</summary>
    public IReadOnlyList<Picture> Pictures { get; init; } = [];

    /// <summary>The finding of both runs. A goal is reached if both reached it.</summary>
    public Finding And(Finding repetition)
    {
        if (Table.Count != repetition.Table.Count)
        {
            throw new ArgumentException(
                $"'{Title}' printed {Table.Count} lines the first time and {repetition.Table.Count} the second.", nameof(repetition));
        }

        return this with
        {
            Table = [.. Table.Zip(repetition.Table, Repetition.Merge)],
            Goals = [.. Goals.Zip(repetition.Goals, (goal, repeated) => goal.And(repeated))],
            InTheWay = InTheWay ?? repetition.InTheWay,
        };
    }

    public override string ToString() => string.Join('\n',
    [
        $"## {Title}", "", Prose(Work), "", .. Table, "", .. Goals.Select(goal => $"- {goal}"),
        .. Goals.All(goal => goal.IsMet) || InTheWay is null ? (string[])[] : ["", Prose($"Reason: {InTheWay}")],
        .. Note is null ? (string[])[] : ["", Prose(Note)],
    ]);

    /// <summary>A paragraph in lines as long as a page may have.</summary>
    public static string Prose(string text)
    {
        var lines = new List<string>();
        foreach (var word in text.Split(' '))
        {
            if (lines.Count > 0 && lines[^1].Length + 1 + word.Length <= LineLength)
            {
                lines[^1] += $" {word}";
            }
            else
            {
                lines.Add(word);
            }
        }

        return string.Join('\n', lines);
    }
}

/// <param name="Text">What was to be reached, and what was.</param>
/// <param name="IsMet">Whether it was reached in this run.</param>
internal sealed record Goal(FormattableString Text, bool IsMet)
{
    public Goal And(Goal repetition) => new(
        FormattableStringFactory.Create(
            "{0}", Repetition.Merge(FormattableString.Invariant(Text), FormattableString.Invariant(repetition.Text))),
        IsMet && repetition.IsMet);

    public override string ToString() => $"{(IsMet ? "reached" : "**missed**")}: {FormattableString.Invariant(Text)}";
}
