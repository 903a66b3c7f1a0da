using Microsoft.Extensions.DependencyInjection.Extensions;
using WorkloadIdentity;
using WorkloadIdentity.KeyVault;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Registers identities whose certificate or secret lies in a key vault.</summary>
public static class WorkloadIdentityKeyVaultExtensions
{
    /// <summary>An application whose proof lies in a key vault, which is reached with another registered identity.</summary>
    /// <param name="builder">The application's identity.</param>
    /// <param name="tenantId">The directory (tenant) id, or a verified domain.</param>
    /// <param name="clientId">The application (client) id.</param>
    /// <param name="vault">Such as <c>https://orders.vault.azure.net</c>.</param>
    /// <param name="reachedWith">The name of the registered identity whose tokens the vault gets; null for the unnamed one. It cannot be
    /// the one being registered.</param>
    /// <param name="proof">What to take from the vault: <c>vault => vault.RemoteCertificate("orders-api")</c>. It is called more than once
    /// and asks nobody.</param>
    /// <param name="configure">Sets how the vault is asked; called more than once.</param>
    /// <exception cref="ArgumentException">The tenant is none, the client id is no GUID, the address is not one of Key Vault's, or a name
    /// is none.</exception>
    /// <exception cref="InvalidOperationException">The vault would be reached with the identity itself, or with one that needs it in
    /// turn.</exception>
    public static WorkloadIdentityBuilder UseKeyVault(
        this WorkloadIdentityBuilder builder, string tenantId, string clientId, Uri vault, string? reachedWith,
        Func<Vault, ClientAuthentication> proof, Action<VaultOptions>? configure = null)
    {
        // Made once for its checks: an error belongs to the line that has it.
        _ = new ApplicationCredential(tenantId, clientId, ForChecks());
        return Use(
            builder,
            nameof(UseKeyVault),
            vault,
            reachedWith,
            proof,
            configure,
            (parts, authentication) => new ApplicationCredential(tenantId, clientId, authentication, parts.Application()));
    }

    /// <summary>The same for an application that acts in many tenants: each request names its own.</summary>
    /// <inheritdoc cref="UseKeyVault"/>
    public static WorkloadIdentityBuilder UseMultiTenantKeyVault(
        this WorkloadIdentityBuilder builder, string clientId, Uri vault, string? reachedWith, Func<Vault, ClientAuthentication> proof,
        Action<VaultOptions>? configure = null)
    {
        _ = ApplicationCredential.MultiTenant(clientId, ForChecks());
        return Use(
            builder,
            nameof(UseMultiTenantKeyVault),
            vault,
            reachedWith,
            proof,
            configure,
            (parts, authentication) => ApplicationCredential.MultiTenant(clientId, authentication, parts.Application()));
    }

    /// <summary>
    /// Adds the kinds <c>KeyVaultCertificate</c> and <c>KeyVaultSecret</c> to what configuration can name. Vaults that configuration names
    /// are Key Vault's own hosts, unless <paramref name="configure"/> allows another.
    /// </summary>
    /// <param name="services">The services.</param>
    /// <param name="configure">Sets how every such vault is asked.</param>
    /// <exception cref="InvalidOperationException">They were added already.</exception>
    public static IServiceCollection AddKeyVaultKinds(this IServiceCollection services, Action<VaultOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(services);
        services.TryAddSingleton<VaultLinks>();
        foreach (var kind in KeyVaultKinds.Make(configure))
        {
            WorkloadIdentityExtensions.AddKind(services, kind);
        }

        return services;
    }

    private static WorkloadIdentityBuilder Use(
        WorkloadIdentityBuilder builder,
        string verb,
        Uri vault,
        string? reachedWith,
        Func<Vault, ClientAuthentication> proof,
        Action<VaultOptions>? configure,
        Func<CredentialDependencies, ClientAuthentication, Credential> create)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(proof);
        RegisteredVault.Check(vault, proof, configure);
        var link = new VaultLink(builder.Name, reachedWith ?? "");
        VaultLink[] links =
            [.. builder.Services.Where(service => !service.IsKeyedService).Select(service => service.ImplementationInstance)
                .OfType<VaultLink>(), link];
        if (VaultLinks.Circle(links, link) is { } circle)
        {
            throw new InvalidOperationException($"{builder}: {circle}");
        }

        builder.Use(
            verb, parts => create(parts, RegisteredVault.Proof(RegisteredVault.Create(parts, vault, link.ReachedWith, configure), proof)));
        builder.Services.AddSingleton(link);
        builder.Services.TryAddSingleton<VaultLinks>();
        return builder;
    }

    private static ClientSecretAuthentication ForChecks() => ClientSecretAuthentication.FromValue("unused");
}
