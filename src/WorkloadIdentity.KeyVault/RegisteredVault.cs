using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace WorkloadIdentity.KeyVault;

/// <summary>The vault of a registered identity: reached with another registered one, on the container's clock and loggers.</summary>
internal static class RegisteredVault
{
    /// <summary>Checks what code said where it says it: the address and the names. Nobody is asked.</summary>
    /// <exception cref="ArgumentException">They cannot be used.</exception>
    public static void Check(Uri address, Func<Vault, ClientAuthentication> proof, Action<VaultOptions>? configure) =>
        _ = Proof(new Vault(address, Nobody.Instance, Configured(new VaultOptions(), configure)), proof);

    /// <param name="parts">Of the identity whose proof lies in the vault.</param>
    /// <param name="address">Of the vault.</param>
    /// <param name="reachedWith">The name of the identity whose tokens the vault gets; empty for the unnamed one.</param>
    /// <param name="configure">Sets more.</param>
    /// <exception cref="ArgumentException">There is no such identity, it closes a circle, or the address cannot be used.</exception>
    public static Vault Create(CredentialDependencies parts, Uri address, string reachedWith, Action<VaultOptions>? configure)
    {
        parts.Services.GetRequiredService<VaultLinks>().Add(new VaultLink(parts.Identity, reachedWith));
        return new Vault(address, Acquirer(parts.Services, reachedWith), Configured(
            new VaultOptions
            {
                TimeProvider = parts.TimeProvider,
                LoggerFactory = parts.LoggerFactory,
                MeterFactory = parts.Services.GetService<System.Diagnostics.Metrics.IMeterFactory>(),
            },
            configure));
    }

    private static ITokenAcquirer Acquirer(IServiceProvider services, string name)
    {
        var who = $"Its key vault is reached with {(name.Length == 0 ? "the unnamed identity" : $"the identity '{name}'")}";
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

    public static ClientAuthentication Proof(Vault vault, Func<Vault, ClientAuthentication> proof) =>
        proof(vault) ?? throw new ArgumentException("The function that takes the proof from the key vault returned null.", nameof(proof));

    private static VaultOptions Configured(VaultOptions options, Action<VaultOptions>? configure)
    {
        configure?.Invoke(options);
        return options;
    }

    /// <summary>For checks: a vault that is never asked needs no token.</summary>
    private sealed class Nobody : ITokenAcquirer
    {
        public static Nobody Instance { get; } = new();

        public ValueTask<AccessToken> GetTokenAsync(TokenRequest request, CancellationToken cancellationToken = default) =>
            throw new NotSupportedException();

        public ValueTask<AccessToken> RenewTokenAsync(
            TokenRequest request,
            AccessToken? rejected,
            string? claims = null,
            CancellationToken cancellationToken = default) => throw new NotSupportedException();
    }
}
