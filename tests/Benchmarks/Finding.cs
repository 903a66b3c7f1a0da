namespace Benchmarks;

/// <summary>What one benchmark found.</summary>
/// <param name="Title">What was measured, as a heading.</param>
/// <param name="Work">How, in a sentence or two.</param>
/// <param name="Table">The figures, as Markdown.</param>
/// <param name="Goals">What was to be reached.</param>
internal sealed record Finding(string Title, string Work, IReadOnlyList<string> Table, params IReadOnlyList<Goal> Goals)
{
    /// <summary>Why a goal is missed, as profiles show it. Printed if one is missed.</summary>
    public string? InTheWay { get; init; }

    public override string ToString() => string.Join('\n',
    [
        $"## {Title}", "", Work, "", .. Table, "", .. Goals.Select(goal => $"- {goal}"),
        .. Goals.All(goal => goal.IsMet) || InTheWay is null ? (string[])[] : ["", $"Reason: {InTheWay}"],
    ]);
}

/// <param name="Text">What was to be reached, and what was.</param>
/// <param name="IsMet">Whether it was reached in this run.</param>
internal sealed record Goal(FormattableString Text, bool IsMet)
{
    public override string ToString() => $"{(IsMet ? "reached" : "**missed**")}: {FormattableString.Invariant(Text)}";
}
