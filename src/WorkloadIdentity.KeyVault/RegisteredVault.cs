using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace WorkloadIdentity.KeyVault;

/// <summary>
/// The vault of a registered identity. Another registered identity reaches it. The container has its clock and loggers.
/// </summary>
internal static class RegisteredVault
{
    /// <summary>A vault for checks: the address and the names are checked, and nothing is sent.</summary>
    /// <exception cref="ArgumentException">The address or an option cannot be used.</exception>
    public static Vault Checked(Uri address, Action<VaultOptions>? configure) =>
        new(address, NoAcquirer.Instance, Configured(new VaultOptions(), configure));

    /// <param name="services">The container's services.</param>
    /// <param name="identity">The identity whose certificate or secret is in the vault.</param>
    /// <param name="address">The vault's address.</param>
    /// <param name="reachedWith">The identity whose tokens the vault gets; empty for the default one.</param>
    /// <param name="configure">Sets further options.</param>
    /// <exception cref="ArgumentException">
    /// There is no such identity, the two identities need each other, or the address cannot be used.
    /// </exception>
    public static Vault Create(
        IServiceProvider services, string identity, Uri address, string reachedWith, Action<VaultOptions>? configure)
    {
        services.GetRequiredService<VaultLinks>().Add(new VaultLink(identity, reachedWith));
        return new Vault(address, Acquirer(services, reachedWith), Configured(
            new VaultOptions
            {
                TimeProvider = services.GetService<TimeProvider>() ?? TimeProvider.System,
                LoggerFactory = services.GetService<ILoggerFactory>(),
                MeterFactory = services.GetService<IMeterFactory>(),
            },
            configure));
    }

    /// <summary>What the application's function takes from the vault.</summary>
    /// <exception cref="ArgumentException">The function returned null.</exception>
    public static ClientAuthentication Take(Vault vault, Func<Vault, ClientAuthentication> proof) =>
        proof(vault)
            ?? throw new ArgumentException("The function that takes a certificate or secret from the vault returned null.", nameof(proof));

    private static ITokenAcquirer Acquirer(IServiceProvider services, string name)
    {
        var who = $"Its key vault is reached with {(name.Length == 0 ? "the default identity" : $"the identity '{name}'")}";
        try
        {
            return (name.Length == 0 ? services.GetService<ITokenAcquirer>() : services.GetKeyedService<ITokenAcquirer>(name))
                ?? throw new ArgumentException(
                    $"{who}, which is not registered. Call services.AddWorkloadIdentity({(name.Length == 0 ? "" : $"\"{name}\"")}).");
        }
        catch (OptionsValidationException exception)
        {
            throw new ArgumentException($"{who}, which cannot be used. {string.Join(' ', exception.Failures)}");
        }
    }

    private static VaultOptions Configured(VaultOptions options, Action<VaultOptions>? configure)
    {
        configure?.Invoke(options);
        return options;
    }

    /// <summary>For checks: a vault that sends nothing needs no token.</summary>
    private sealed class NoAcquirer : ITokenAcquirer
    {
        public static NoAcquirer Instance { get; } = new();

        public ValueTask<AccessToken> GetTokenAsync(TokenRequest request, CancellationToken cancellationToken = default) =>
            throw new NotSupportedException();

        public ValueTask<AccessToken> RenewTokenAsync(
            TokenRequest request,
            AccessToken? rejected,
            string? claims = null,
            CancellationToken cancellationToken = default) => throw new NotSupportedException();
    }
}
