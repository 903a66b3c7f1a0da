using System.Security.Cryptography.X509Certificates;
using WorkloadIdentity;

namespace Microsoft.Extensions.DependencyInjection;

// Identities that are applications: how they authenticate.
public sealed partial class WorkloadIdentityBuilder
{
    /// <summary>An application with a client secret.</summary>
    /// <param name="tenantId">The directory (tenant) id, or a verified domain.</param>
    /// <param name="clientId">The application (client) id.</param>
    /// <param name="secret">The secret's value, for the life of the program. For a secret that is rotated use the other overload.</param>
    /// <exception cref="ArgumentException">The tenant cannot be used, the client id is not a GUID, or the secret is empty.</exception>
    public WorkloadIdentityBuilder UseSecret(string tenantId, string clientId, string secret) =>
        UseSecret(tenantId, clientId, ClientSecretAuthentication.FromValue(secret));

    /// <summary>An application with a client secret from a file or a callback.</summary>
    /// <param name="tenantId">The directory (tenant) id, or a verified domain.</param>
    /// <param name="clientId">The application (client) id.</param>
    /// <param name="secret">The source of the secret.</param>
    /// <exception cref="ArgumentException">The tenant cannot be used, or the client id is not a GUID.</exception>
    public WorkloadIdentityBuilder UseSecret(string tenantId, string clientId, ClientSecretAuthentication secret) =>
        UseFixed(nameof(UseSecret), tenantId, clientId, secret);

    /// <summary>An application with a certificate.</summary>
    /// <param name="tenantId">The directory (tenant) id, or a verified domain.</param>
    /// <param name="clientId">The application (client) id.</param>
    /// <param name="certificate">The certificate with its private key. A copy is kept.</param>
    /// <exception cref="ArgumentException">
    /// The tenant cannot be used, the client id is not a GUID, or the certificate cannot sign.
    /// </exception>
    public WorkloadIdentityBuilder UseCertificate(string tenantId, string clientId, X509Certificate2 certificate) =>
        UseCertificate(tenantId, clientId, ClientCertificateAuthentication.FromCertificate(certificate));

    /// <summary>An application with a certificate from a file or a callback.</summary>
    /// <param name="tenantId">The directory (tenant) id, or a verified domain.</param>
    /// <param name="clientId">The application (client) id.</param>
    /// <param name="certificate">The source of the certificate.</param>
    /// <exception cref="ArgumentException">The tenant cannot be used, or the client id is not a GUID.</exception>
    public WorkloadIdentityBuilder UseCertificate(string tenantId, string clientId, ClientCertificateAuthentication certificate) =>
        UseFixed(nameof(UseCertificate), tenantId, clientId, certificate);

    /// <summary>An application with a federated credential, whose assertion is in a file that the platform keeps fresh.</summary>
    /// <param name="tenantId">The directory (tenant) id, or a verified domain.</param>
    /// <param name="clientId">The application (client) id.</param>
    /// <param name="tokenFile">The file. It is read at each use.</param>
    /// <exception cref="ArgumentException">The tenant cannot be used, the client id is not a GUID, or the path is empty.</exception>
    public WorkloadIdentityBuilder UseFederation(string tenantId, string clientId, string tokenFile) =>
        UseFederation(tenantId, clientId, AssertionSource.FromFile(tokenFile));

    /// <summary>An application with a federated credential.</summary>
    /// <param name="tenantId">The directory (tenant) id, or a verified domain.</param>
    /// <param name="clientId">The application (client) id.</param>
    /// <param name="source">The source of the assertions.</param>
    /// <param name="audience">The audience of the assertions; null uses that of the cloud.</param>
    /// <exception cref="ArgumentException">The tenant cannot be used, or the client id is not a GUID.</exception>
    public WorkloadIdentityBuilder UseFederation(string tenantId, string clientId, AssertionSource source, string? audience = null) =>
        UseFixed(nameof(UseFederation), tenantId, clientId, new FederatedAuthentication(source, audience));

    /// <summary>An application with a federated credential and its options.</summary>
    /// <param name="tenantId">The directory (tenant) id, or a verified domain.</param>
    /// <param name="clientId">The application (client) id.</param>
    /// <param name="federation">The source and the audience of the assertions, and how long to wait for a new federated credential.</param>
    /// <exception cref="ArgumentException">The tenant cannot be used, or the client id is not a GUID.</exception>
    public WorkloadIdentityBuilder UseFederation(string tenantId, string clientId, FederatedAuthentication federation) =>
        UseFixed(nameof(UseFederation), tenantId, clientId, federation);

    /// <summary>An application with a client authentication that is made from registered services.</summary>
    /// <param name="tenantId">The directory (tenant) id, or a verified domain.</param>
    /// <param name="clientId">The application (client) id.</param>
    /// <param name="authentication">Called once, when the credential is made, with the root services. It must send nothing.</param>
    /// <param name="verb">The method that the application called, for errors. A package passes the name of its own method.</param>
    /// <exception cref="ArgumentException">The tenant cannot be used, or the client id is not a GUID.</exception>
    public WorkloadIdentityBuilder UseApplication(
        string tenantId,
        string clientId,
        Func<IServiceProvider, ClientAuthentication> authentication,
        string verb = nameof(UseApplication))
    {
        ArgumentNullException.ThrowIfNull(authentication);

        // Made once for its checks, so that the line with the mistake throws.
        _ = new ApplicationCredential(tenantId, clientId, ApplicationSettings.Unused);
        return Use(
            verb,
            dependencies => new ApplicationCredential(
                tenantId, clientId, Made(authentication, dependencies), dependencies.Application()));
    }

    /// <summary>
    /// An application that acts in many tenants: each request names its tenant. Set
    /// <see cref="AccessTokenHandlerOptions.RequireTenant"/> on the clients that use it.
    /// </summary>
    /// <param name="clientId">The application (client) id.</param>
    /// <param name="authentication">How the application authenticates to Entra.</param>
    /// <exception cref="ArgumentException">The client id is not a GUID.</exception>
    public WorkloadIdentityBuilder UseMultiTenantApplication(string clientId, ClientAuthentication authentication)
    {
        ArgumentNullException.ThrowIfNull(authentication);
        return UseMultiTenantApplication(clientId, _ => authentication);
    }

    /// <summary>
    /// An application that acts in many tenants, with a client authentication that is made from registered services.
    /// </summary>
    /// <param name="clientId">The application (client) id.</param>
    /// <param name="authentication">Called once, when the credential is made, with the root services. It must send nothing.</param>
    /// <param name="verb">The method that the application called, for errors. A package passes the name of its own method.</param>
    /// <exception cref="ArgumentException">The client id is not a GUID.</exception>
    public WorkloadIdentityBuilder UseMultiTenantApplication(
        string clientId,
        Func<IServiceProvider, ClientAuthentication> authentication,
        string verb = nameof(UseMultiTenantApplication))
    {
        ArgumentNullException.ThrowIfNull(authentication);

        // Made once for its checks, so that the line with the mistake throws.
        _ = ApplicationCredential.MultiTenant(clientId, ApplicationSettings.Unused);
        return Use(
            verb,
            dependencies => ApplicationCredential.MultiTenant(
                clientId, Made(authentication, dependencies), dependencies.Application()));
    }

    /// <summary>An application with a certificate that acts in many tenants.</summary>
    /// <param name="clientId">The application (client) id.</param>
    /// <param name="certificate">The certificate with its private key. A copy is kept.</param>
    /// <exception cref="ArgumentException">The client id is not a GUID, or the certificate cannot sign.</exception>
    public WorkloadIdentityBuilder UseMultiTenantApplication(string clientId, X509Certificate2 certificate) =>
        UseMultiTenantApplication(clientId, ClientCertificateAuthentication.FromCertificate(certificate));

    private WorkloadIdentityBuilder UseFixed(string verb, string tenantId, string clientId, ClientAuthentication authentication)
    {
        ArgumentNullException.ThrowIfNull(authentication);
        return UseApplication(tenantId, clientId, _ => authentication, verb);
    }

    private static ClientAuthentication Made(
        Func<IServiceProvider, ClientAuthentication> authentication, CredentialDependencies dependencies) =>
        authentication(dependencies.Services)
            ?? throw new ArgumentException("The function that makes the client authentication returned null.", nameof(authentication));
}
