namespace WorkloadIdentity;

/// <summary>
/// The token of a user-assigned managed identity as the assertion of an application that trusts it: no secret anywhere. The application is
/// registered in the identity's tenant and may ask in another one, where it has a service principal; not in another cloud. Safe for
/// concurrent use. See
/// <see href="https://learn.microsoft.com/entra/workload-id/workload-identity-federation-config-app-trust-managed-identity">an application
/// that trusts a managed identity</see>.
/// </summary>
public sealed class ManagedIdentityAssertionSource : AssertionSource
{
    private readonly ManagedIdentityCredential _identity;

    /// <summary>Assertions from the managed identity <paramref name="id"/> of this host.</summary>
    /// <param name="id">A user-assigned identity: Entra trusts no other kind this way. The federated credential's subject is its object
    /// (principal) id.</param>
    /// <param name="options">What it works with. Its environment is its own, not that of the credential the source belongs to.</param>
    /// <exception cref="ArgumentException"><paramref name="id"/> is the system-assigned identity, or a value in <paramref name="options"/>
    /// is out of range.</exception>
    public ManagedIdentityAssertionSource(ManagedIdentityId id, ManagedIdentityCredentialOptions? options = null)
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

    /// <inheritdoc/>
    public override string Name => "managed identity";

    /// <inheritdoc/>
    protected internal override string? LooksFor => "a token of this host's managed identity for the exchange";

    /// <inheritdoc/>
    public override ValueTask<AssertionResult> GetAssertionAsync(AssertionRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        return CredentialAssertionSource.AskAsync(
            _identity, new TokenRequest($"{request.RequireAudience()}/.default"), request, cancellationToken);
    }
}
