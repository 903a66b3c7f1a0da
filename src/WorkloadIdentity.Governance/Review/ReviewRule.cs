namespace WorkloadIdentity.Governance;

/// <summary>A rule of the review: what it looks for, and the harm of what it finds.</summary>
public sealed class ReviewRule
{
    internal ReviewRule(FindingSeverity greatest, string id, string title, string harm) =>
        (GreatestSeverity, Id, Title, Harm) = (greatest, id, title, harm);

    /// <summary>The name of the rule, such as <c>breaks-next</c>. It never changes its meaning.</summary>
    public string Id { get; }

    /// <summary>What it finds, as a statement.</summary>
    public string Title { get; }

    /// <summary>Why that matters, and what to do.</summary>
    public string Harm { get; }

    /// <summary>The greatest severity that a finding of the rule can have.</summary>
    public FindingSeverity GreatestSeverity { get; }

    /// <summary>Every rule, the greatest harm first.</summary>
    public static IReadOnlyList<ReviewRule> All => ReviewRules.All;

    /// <summary>The command that shows the section of docs/governance.md about the rule.</summary>
    public string Help => $"wid explain governance#{Id}";

    /// <summary>The name of the rule.</summary>
    public override string ToString() => Id;
}
