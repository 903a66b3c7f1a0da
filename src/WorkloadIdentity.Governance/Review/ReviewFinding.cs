namespace WorkloadIdentity.Governance;

/// <summary>Something the review found: who, how bad, why, and what to run.</summary>
public sealed class ReviewFinding
{
    internal ReviewFinding(ReviewRule rule, FindingSeverity severity, InventoriedIdentity? identity, string? part, string evidence)
    {
        (Rule, Severity, Identity, Evidence) = (rule, severity, identity, evidence);
        Id = part is null ? $"{rule.Id}/{Where}" : $"{rule.Id}/{Where}/{part}";
    }

    /// <summary>A finding about a credential.</summary>
    internal ReviewFinding(
        ReviewRule rule, FindingSeverity severity, InventoriedIdentity identity, InventoriedCredential credential, string evidence)
        : this(rule, severity, identity, credential.KeyId, evidence)
    {
        Credential = credential;
    }

    /// <summary>
    /// The same at each review while the finding lasts: the rule, the identity, and what of it (the id of a credential, a permission).
    /// </summary>
    public string Id { get; }

    /// <summary>The rule that found it.</summary>
    public ReviewRule Rule { get; }

    /// <summary>How bad it is.</summary>
    public FindingSeverity Severity { get; }

    /// <summary>The identity; null if the finding is about the tenant.</summary>
    public InventoriedIdentity? Identity { get; }

    /// <summary>What was seen, as one or two sentences. Names in it come from the directory.</summary>
    public string Evidence { get; }

    /// <summary>
    /// The command that mends it, for a shell; null if no single command does, or if an id of the directory is not safe in a shell.
    /// </summary>
    public string? Command { get; init; }

    /// <summary>When it becomes an incident, or became one; null if there is no such moment.</summary>
    public DateTimeOffset? Due { get; init; }

    /// <summary>The credential; null if the finding is about something else.</summary>
    internal InventoriedCredential? Credential { get; }

    /// <summary>The identity's name, or "Tenant".</summary>
    internal string Who => Identity?.DisplayName ?? "Tenant";

    /// <summary>The identity's client id, or "tenant".</summary>
    internal string Where => Identity?.ClientId.ToString() ?? "tenant";
}
