namespace WorkloadIdentity.Governance;

/// <summary>
/// What a policy asks for. See
/// <see href="https://learn.microsoft.com/graph/api/resources/conditionalaccessgrantcontrols">conditionalAccessGrantControls</see>.
/// </summary>
public sealed class ConditionalAccessGrant
{
    /// <summary><c>AND</c> or <c>OR</c>, in any case.</summary>
    public string? Operator { get; init; }

    /// <summary>The controls, such as <c>block</c>.</summary>
    public IReadOnlyList<string>? BuiltInControls { get; init; }
}
