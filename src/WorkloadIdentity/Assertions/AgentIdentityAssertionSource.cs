namespace WorkloadIdentity;

/// <summary>The tokens of an agent identity's blueprint. Each names the agent identity in <c>fmi_path</c>.</summary>
internal sealed class AgentIdentityAssertionSource : AssertionSource
{
    private readonly Credential _blueprint;

    public AgentIdentityAssertionSource(Credential blueprint)
    {
        ArgumentNullException.ThrowIfNull(blueprint);
        _blueprint = blueprint;
    }

    public override string Name => "agent identity blueprint";

    protected internal override string? LooksFor => $"a token of the blueprint ('{_blueprint.Name}') for the exchange";

    public override ValueTask<AssertionResult> GetAssertionAsync(AssertionRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        return CredentialAssertionSource.AskAsync(
            _blueprint,
            new TokenRequest($"{request.RequireAudience()}/.default") { FmiPath = request.ClientId, TenantId = request.TenantId },
            request,
            cancellationToken);
    }
}
