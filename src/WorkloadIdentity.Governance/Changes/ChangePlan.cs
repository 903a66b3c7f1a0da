using System.Text;

namespace WorkloadIdentity.Governance;

/// <summary>
/// What would change in a tenant: which object, who changes it, the changes in their order, and how to undo each. Making a plan only reads.
/// Nothing is written before <see cref="ApplyAsync"/>.
/// </summary>
/// <remarks>
/// A plan contains no secret, so it may be shown, logged and sent to whoever approves it. A plan grows old: each change checks again what
/// it depends on when it is made. If applying fails or is interrupted, make the plan anew: it then has what is left to do.
/// </remarks>
public sealed class ChangePlan
{
    private int _started;

    internal ChangePlan(
        GraphActor actor, string target, IEnumerable<PlannedChange> changes, IEnumerable<string>? notes = null)
    {
        (TenantId, ActingIdentity, Target) = (actor.TenantId, actor.Name, target);
        (Changes, Notes) = ([.. changes], [.. notes ?? []]);
    }

    /// <summary>The id of the tenant.</summary>
    public string TenantId { get; }

    /// <summary>The object that changes, with its name and ids.</summary>
    public string Target { get; }

    /// <summary>Who makes the changes.</summary>
    public string ActingIdentity { get; }

    /// <summary>The changes, in the order in which they are made.</summary>
    public IReadOnlyList<PlannedChange> Changes { get; }

    /// <summary>What else to know before the plan is approved.</summary>
    public IReadOnlyList<string> Notes { get; }

    /// <summary>Whether there is nothing to change.</summary>
    public bool IsEmpty => Changes.Count == 0;

    /// <summary>Makes the changes, one after the other. The first failure ends it. A plan can be applied once.</summary>
    /// <param name="made">Is told of each change once it is made.</param>
    /// <param name="cancellationToken">Ends it between two changes, or within one.</param>
    /// <exception cref="InvalidOperationException">The plan was applied before.</exception>
    /// <exception cref="GraphException">Graph refused a change, or failed at each attempt.</exception>
    /// <exception cref="ChangeRefusedException">A change is not safe any more. The message says why.</exception>
    /// <exception cref="TokenAcquisitionException">There is no token for Graph.</exception>
    public async Task ApplyAsync(IProgress<PlannedChange>? made = null, CancellationToken cancellationToken = default)
    {
        if (Interlocked.Exchange(ref _started, 1) != 0)
        {
            throw new InvalidOperationException("This plan was applied before. Make a new plan: it has what is left to do.");
        }

        foreach (var change in Changes)
        {
            cancellationToken.ThrowIfCancellationRequested();
            await change.MakeAsync(cancellationToken).ConfigureAwait(false);
            made?.Report(change);
        }
    }

    /// <summary>The plan as text, over several lines.</summary>
    public override string ToString()
    {
        var text = new StringBuilder()
            .Append("Tenant:  ").AppendLine(TenantId)
            .Append("Object:  ").AppendLine(Target)
            .Append("Made by: ").AppendLine(ActingIdentity)
            .AppendLine(IsEmpty ? "Changes: none" : "Changes:");
        for (var index = 0; index < Changes.Count; index++)
        {
            text.Append("  ").Append(index + 1).Append(". ").AppendLine(Changes[index].What)
                .Append("     Undo: ").AppendLine(Changes[index].Undo);
        }

        foreach (var note in Notes)
        {
            text.Append("Note:    ").AppendLine(note);
        }

        return text.ToString().TrimEnd();
    }
}
