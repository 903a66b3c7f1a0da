using WorkloadIdentity.Testing;

namespace WorkloadIdentity.Tests;

/// <summary>One emulator for a class of tests (its key takes a while to make), on a clock of its own and strict about resources.</summary>
public sealed class EmulatorFixture : IAsyncLifetime
{
    internal FakeClock Clock { get; } = new();

    internal EntraEmulator Entra { get; private set; } = null!;

    public async Task InitializeAsync() =>
        Entra = await EntraEmulator.StartAsync(new() { TimeProvider = Clock, AcceptsAnyResource = false });

    public async Task DisposeAsync() => await Entra.DisposeAsync();

    /// <summary>The emulator as good as new: nothing in its journal, no fault, and everything as it was set at start.</summary>
    internal EntraEmulator Fresh()
    {
        Entra.Journal.Clear();
        Entra.Faults.Clear();
        Entra.Latency = TimeSpan.Zero;
        Entra.IsContainerInstance = false;
        Entra.FederatedCredentialDelay = TimeSpan.Zero;
        Entra.TokenLifetime = TimeSpan.FromHours(1);
        Entra.ManagedIdentityTokenLifetime = TimeSpan.FromHours(24);
        return Entra;
    }
}
