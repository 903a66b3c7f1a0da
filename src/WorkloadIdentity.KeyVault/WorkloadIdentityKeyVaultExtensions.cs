using Microsoft.Extensions.DependencyInjection.Extensions;
using WorkloadIdentity;
using WorkloadIdentity.KeyVault;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Registers identities whose certificate or secret is in a key vault.</summary>
public static class WorkloadIdentityKeyVaultExtensions
{
    /// <summary>An application whose certificate or secret is in a key vault. Another registered identity reaches the vault.</summary>
    /// <param name="builder">The application's identity.</param>
    /// <param name="tenantId">The directory (tenant) id, or a verified domain.</param>
    /// <param name="clientId">The application (client) id.</param>
    /// <param name="vault">The vault's address, such as <c>https://orders.vault.azure.net</c>.</param>
    /// <param name="reachedWith">
    /// The name of the registered identity whose tokens the vault gets; null for the default one. It cannot be the identity that is being
    /// registered.
    /// </param>
    /// <param name="proof">
    /// Takes the certificate or secret from the vault: <c>vault => vault.RemoteCertificate("orders-api")</c>. It may be called several
    /// times. It sends nothing.
    /// </param>
    /// <param name="configure">Sets the vault's options. It may be called several times.</param>
    /// <exception cref="ArgumentException">
    /// The tenant, the client id, the vault's address or a name cannot be used. The message says why.
    /// </exception>
    /// <exception cref="InvalidOperationException">
    /// The identity would reach the vault itself, or would be needed by the identity that reaches it.
    /// </exception>
    public static WorkloadIdentityBuilder UseKeyVault(
        this WorkloadIdentityBuilder builder, string tenantId, string clientId, Uri vault, string? reachedWith,
        Func<Vault, ClientAuthentication> proof, Action<VaultOptions>? configure = null)
    {
        Check(builder, vault, reachedWith, proof, configure);
        builder.UseApplication(
            tenantId,
            clientId,
            services => Take(services, builder.Name, vault, reachedWith, proof, configure),
            nameof(UseKeyVault));
        return Link(builder, reachedWith);
    }

    /// <summary>The same for an application in many tenants. Each request names its tenant.</summary>
    /// <inheritdoc cref="UseKeyVault"/>
    public static WorkloadIdentityBuilder UseMultiTenantKeyVault(
        this WorkloadIdentityBuilder builder, string clientId, Uri vault, string? reachedWith, Func<Vault, ClientAuthentication> proof,
        Action<VaultOptions>? configure = null)
    {
        Check(builder, vault, reachedWith, proof, configure);
        builder.UseMultiTenantApplication(
            clientId,
            services => Take(services, builder.Name, vault, reachedWith, proof, configure),
            nameof(UseMultiTenantKeyVault));
        return Link(builder, reachedWith);
    }

    /// <summary>
    /// Adds the kinds <c>KeyVaultCertificate</c> and <c>KeyVaultSecret</c> to the kinds that configuration can name. Configuration can name
    /// the vaults of Azure Key Vault only, unless <paramref name="configure"/> allows another host.
    /// </summary>
    /// <param name="services">The services.</param>
    /// <param name="configure">Sets the options of every such vault.</param>
    /// <exception cref="InvalidOperationException">The kinds were added before.</exception>
    public static IServiceCollection AddKeyVaultKinds(this IServiceCollection services, Action<VaultOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(services);
        services.TryAddSingleton<VaultLinks>();
        KeyVaultKinds.Add(services, configure);
        return services;
    }

    /// <summary>Checks the arguments, so that the line with the mistake throws.</summary>
    private static void Check(
        WorkloadIdentityBuilder builder, Uri vault, string? reachedWith, Func<Vault, ClientAuthentication> proof,
        Action<VaultOptions>? configure)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(proof);
        _ = RegisteredVault.Take(RegisteredVault.Checked(vault, configure), proof);
        var link = new VaultLink(builder.Name, reachedWith ?? "");
        VaultLink[] links =
        [
            .. builder.Services.Where(service => !service.IsKeyedService).Select(service => service.ImplementationInstance)
                .OfType<VaultLink>(),
            link,
        ];
        if (VaultLinks.Circle(links, link) is { } circle)
        {
            throw new InvalidOperationException($"{builder}: {circle}");
        }
    }

    private static WorkloadIdentityBuilder Link(WorkloadIdentityBuilder builder, string? reachedWith)
    {
        builder.Services.AddSingleton(new VaultLink(builder.Name, reachedWith ?? ""));
        builder.Services.TryAddSingleton<VaultLinks>();
        return builder;
    }

    private static ClientAuthentication Take(
        IServiceProvider services, string identity, Uri vault, string? reachedWith, Func<Vault, ClientAuthentication> proof,
        Action<VaultOptions>? configure) =>
        RegisteredVault.Take(RegisteredVault.Create(services, identity, vault, reachedWith ?? "", configure), proof);
}
