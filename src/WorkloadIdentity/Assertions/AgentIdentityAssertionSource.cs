namespace WorkloadIdentity;

/// <summary>
/// What an agent identity proves itself with: a token of its blueprint, which names the agent identity in <c>fmi_path</c>. Agent identities
/// have no credentials of their own. Use it in an <see cref="ApplicationCredential"/> whose client id is the agent identity's; that
/// credential acts for the agent identity itself and on behalf of users. Safe for concurrent use. See
/// <see href="https://learn.microsoft.com/entra/agent-id/identity-platform/agent-autonomous-app-oauth-flow">agent identities</see>.
/// </summary>
public sealed class AgentIdentityAssertionSource : AssertionSource
{
    private readonly Credential _blueprint;

    /// <summary>Assertions for the agent identities of <paramref name="blueprint"/>.</summary>
    /// <param name="blueprint">
    /// The blueprint: an <see cref="ApplicationCredential"/> with whatever the blueprint proves itself with. It is asked in the tenant of
    /// the agent identity, so for agent identities of several tenants it is a multi-tenant one. One serves any number of agent identities;
    /// it is not disposed.
    /// </param>
    public AgentIdentityAssertionSource(Credential blueprint)
    {
        ArgumentNullException.ThrowIfNull(blueprint);
        _blueprint = blueprint;
    }

    /// <inheritdoc/>
    public override string Name => "agent identity blueprint";

    /// <inheritdoc/>
    protected internal override string? LooksFor => $"a token of the blueprint ('{_blueprint.Name}') for the exchange";

    /// <inheritdoc/>
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
