namespace WorkloadIdentity;

/// <summary>The tokens of a user-assigned managed identity for the exchange audience.</summary>
internal sealed class ManagedIdentityAssertionSource : AssertionSource
{
    private readonly ManagedIdentityCredential _identity;

    public ManagedIdentityAssertionSource(ManagedIdentityId id, ManagedIdentityCredentialOptions? options)
    {
        ArgumentNullException.ThrowIfNull(id);
        if (id.Kind == ManagedIdentityIdKind.SystemAssigned)
        {
            throw new ArgumentException(
                "A system-assigned managed identity cannot be a federated credential. Assign a user-assigned one to this host and name "
                    + "it: ManagedIdentityId.FromClientId(…).",
                nameof(id));
        }

        _identity = new ManagedIdentityCredential(id, options);
    }

    public override string Name => "managed identity";

    protected internal override string? LooksFor => "a token of this host's managed identity for the exchange";

    public override ValueTask<AssertionResult> GetAssertionAsync(AssertionRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        return CredentialAssertionSource.AskAsync(
            _identity, new TokenRequest($"{request.RequireAudience()}/.default"), request, cancellationToken);
    }
}
