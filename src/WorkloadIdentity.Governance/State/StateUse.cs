namespace WorkloadIdentity.Governance;

/// <summary>When a credential was used last: all that is kept of a row of the report.</summary>
internal sealed class StateUse
{
    public string KeyId { get; init; } = "";

    public DateTimeOffset At { get; init; }

    /// <summary>Null for a row without a credential or without a date.</summary>
    public static StateUse? Of(CredentialSignIns row) =>
        row is { KeyId: { } id, SignInActivity.Latest: { } at } ? new StateUse { KeyId = id, At = at } : null;
}
