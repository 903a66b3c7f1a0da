namespace WorkloadIdentity.Testing;

/// <summary>What may be set while the emulator runs, as a document states it: null where it says nothing.</summary>
internal sealed class BehaviourSettings
{
    private TimeSpan? _latency;
    private TimeSpan? _tokenLifetime;
    private TimeSpan? _managedIdentityTokenLifetime;
    private TimeSpan? _federatedCredentialDelay;
    private bool? _isContainerInstance;

    public static BehaviourSettings Read(DocumentObject at) => new()
    {
        _latency = at.Time("latency"),
        _tokenLifetime = at.Time("tokenLifetime", TimeSpan.FromSeconds(1)),
        _managedIdentityTokenLifetime = at.Time("managedIdentityTokenLifetime", TimeSpan.FromSeconds(1)),
        _federatedCredentialDelay = at.Time("federatedCredentialDelay"),
        _isContainerInstance = at.Flag("isContainerInstance"),
    };

    public void ApplyTo(EntraEmulator entra)
    {
        entra.Latency = _latency ?? entra.Latency;
        entra.TokenLifetime = _tokenLifetime ?? entra.TokenLifetime;
        entra.ManagedIdentityTokenLifetime = _managedIdentityTokenLifetime ?? entra.ManagedIdentityTokenLifetime;
        entra.FederatedCredentialDelay = _federatedCredentialDelay ?? entra.FederatedCredentialDelay;
        entra.IsContainerInstance = _isContainerInstance ?? entra.IsContainerInstance;
    }
}
