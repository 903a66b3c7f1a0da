using System.Runtime.CompilerServices;
using System.Security.Cryptography.X509Certificates;
using WorkloadIdentity;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>
/// Says how one registered identity gets its tokens, and what it works with. An identity has one credential: a second <c>Use…</c> throws.
/// Without any, an identity registered without configuration uses the default chain.
/// </summary>
public sealed partial class WorkloadIdentityBuilder
{
    private readonly bool _isExisting;
    private string? _chosen;
    private string? _joined;

    internal WorkloadIdentityBuilder(IServiceCollection services, string name, string? chosen = null, bool isExisting = false)
    {
        Services = services;
        Name = name;
        _chosen = chosen;
        _isExisting = isExisting;
    }

    /// <summary>The services this identity is registered in.</summary>
    public IServiceCollection Services { get; }

    /// <summary>
    /// The identity's name, which is also the name of its <see cref="WorkloadIdentityOptions"/>; empty for the unnamed one.
    /// </summary>
    public string Name { get; }

    /// <summary>The managed identity of the host.</summary>
    /// <param name="id">Which one; null takes the host's default.</param>
    public WorkloadIdentityBuilder UseManagedIdentity(ManagedIdentityId? id = null) =>
        Use(nameof(UseManagedIdentity), parts => new ManagedIdentityCredential(id, parts.ManagedIdentity()));

    /// <summary>A user-assigned managed identity of the host.</summary>
    /// <param name="clientId">Its client (application) id.</param>
    /// <exception cref="ArgumentException"><paramref name="clientId"/> is not a GUID.</exception>
    public WorkloadIdentityBuilder UseManagedIdentity(string clientId) => UseManagedIdentity(ManagedIdentityId.FromClientId(clientId));

    /// <summary>An application with a client secret.</summary>
    /// <param name="tenantId">The directory (tenant) id, or a verified domain.</param>
    /// <param name="clientId">The application (client) id.</param>
    /// <param name="secret">The secret's value. It stays the same for the life of the program; see the other overload for one that is
    /// rotated.</param>
    /// <exception cref="ArgumentException">The tenant is none, the client id is no GUID, or the secret is empty.</exception>
    public WorkloadIdentityBuilder UseSecret(string tenantId, string clientId, string secret) =>
        UseSecret(tenantId, clientId, ClientSecretAuthentication.FromValue(secret));

    /// <summary>An application with a client secret from a file or a callback.</summary>
    /// <param name="tenantId">The directory (tenant) id, or a verified domain.</param>
    /// <param name="clientId">The application (client) id.</param>
    /// <param name="secret">Where the secret comes from.</param>
    /// <exception cref="ArgumentException">The tenant is none, or the client id is no GUID.</exception>
    public WorkloadIdentityBuilder UseSecret(string tenantId, string clientId, ClientSecretAuthentication secret) =>
        UseApplication(nameof(UseSecret), tenantId, clientId, secret);

    /// <summary>An application with a certificate.</summary>
    /// <param name="tenantId">The directory (tenant) id, or a verified domain.</param>
    /// <param name="clientId">The application (client) id.</param>
    /// <param name="certificate">With its private key. A copy is kept.</param>
    /// <exception cref="ArgumentException">The tenant is none, the client id is no GUID, or the certificate cannot sign.</exception>
    public WorkloadIdentityBuilder UseCertificate(string tenantId, string clientId, X509Certificate2 certificate) =>
        UseCertificate(tenantId, clientId, ClientCertificateAuthentication.FromCertificate(certificate));

    /// <summary>An application with a certificate from a file or a callback.</summary>
    /// <param name="tenantId">The directory (tenant) id, or a verified domain.</param>
    /// <param name="clientId">The application (client) id.</param>
    /// <param name="certificate">Where the certificate comes from.</param>
    /// <exception cref="ArgumentException">The tenant is none, or the client id is no GUID.</exception>
    public WorkloadIdentityBuilder UseCertificate(string tenantId, string clientId, ClientCertificateAuthentication certificate) =>
        UseApplication(nameof(UseCertificate), tenantId, clientId, certificate);

    /// <summary>An application with a federated credential, whose assertion stands in a file that the platform keeps fresh.</summary>
    /// <param name="tenantId">The directory (tenant) id, or a verified domain.</param>
    /// <param name="clientId">The application (client) id.</param>
    /// <param name="tokenFile">The file; it is read at each use.</param>
    /// <exception cref="ArgumentException">The tenant is none, the client id is no GUID, or the path is empty.</exception>
    public WorkloadIdentityBuilder UseFederation(string tenantId, string clientId, string tokenFile) =>
        UseFederation(tenantId, clientId, AssertionSource.FromFile(tokenFile));

    /// <summary>An application with a federated credential.</summary>
    /// <param name="tenantId">The directory (tenant) id, or a verified domain.</param>
    /// <param name="clientId">The application (client) id.</param>
    /// <param name="source">Where assertions come from.</param>
    /// <param name="audience">What assertions are addressed to; null takes the cloud's.</param>
    /// <exception cref="ArgumentException">The tenant is none, or the client id is no GUID.</exception>
    public WorkloadIdentityBuilder UseFederation(string tenantId, string clientId, AssertionSource source, string? audience = null) =>
        UseApplication(nameof(UseFederation), tenantId, clientId, new FederatedAuthentication(source, audience));

    /// <summary>An application with a federated credential, with all that can be set about it.</summary>
    /// <param name="tenantId">The directory (tenant) id, or a verified domain.</param>
    /// <param name="clientId">The application (client) id.</param>
    /// <param name="federation">Where assertions come from, what they are addressed to, and how long a new federated credential is waited
    /// for.</param>
    /// <exception cref="ArgumentException">The tenant is none, or the client id is no GUID.</exception>
    public WorkloadIdentityBuilder UseFederation(string tenantId, string clientId, FederatedAuthentication federation) =>
        UseApplication(nameof(UseFederation), tenantId, clientId, federation);

    /// <summary>
    /// An application that acts in many tenants: every request names its own. Set <see cref="AccessTokenHandlerOptions.RequireTenant"/> on
    /// the clients that use it.
    /// </summary>
    /// <param name="clientId">The application (client) id.</param>
    /// <param name="authentication">How the application proves that it is itself.</param>
    /// <exception cref="ArgumentException">The client id is no GUID.</exception>
    public WorkloadIdentityBuilder UseMultiTenantApplication(string clientId, ClientAuthentication authentication)
    {
        _ = ApplicationCredential.MultiTenant(clientId, authentication);
        return Use(
            nameof(UseMultiTenantApplication), parts => ApplicationCredential.MultiTenant(clientId, authentication, parts.Application()));
    }

    /// <summary>An application with a certificate that acts in many tenants.</summary>
    /// <param name="clientId">The application (client) id.</param>
    /// <param name="certificate">With its private key. A copy is kept.</param>
    /// <exception cref="ArgumentException">The client id is no GUID, or the certificate cannot sign.</exception>
    public WorkloadIdentityBuilder UseMultiTenantApplication(string clientId, X509Certificate2 certificate) =>
        UseMultiTenantApplication(clientId, ClientCertificateAuthentication.FromCertificate(certificate));

    /// <summary>The chain read from the environment (<see cref="DefaultCredentials"/>).</summary>
    /// <param name="allow">The kinds that may be used; all when none is named. See <see cref="DefaultCredentialsOptions.Allow"/>.</param>
    public WorkloadIdentityBuilder UseDefaultChain(params string[] allow)
    {
        ArgumentNullException.ThrowIfNull(allow);
        Use(nameof(UseDefaultChain), DefaultChain);
        return allow.Length == 0 ? this : Configure(options => Array.ForEach(allow, options.Allow.Add));
    }

    /// <summary>
    /// The chain read from the environment (<see cref="DefaultCredentials"/>), and what joins it: <c>UseDefaultChain(chain =>
    /// chain.Add…)</c>.
    /// </summary>
    /// <param name="members">Adds to the chain, once, at first use.</param>
    public WorkloadIdentityBuilder UseDefaultChain(Action<IList<DefaultChainMember>> members)
    {
        ArgumentNullException.ThrowIfNull(members);
        return Use(nameof(UseDefaultChain), DefaultChain).Configure(options => members(options.DefaultChainMembers));
    }

    /// <summary>
    /// Adds to the default chain if that is what the identity uses, whether nothing was said, code chose it or configuration did. For the
    /// <c>Add…</c> methods of packages; an application says <see cref="UseDefaultChain(Action{IList{DefaultChainMember}})"/>.
    /// </summary>
    /// <param name="members">Adds to the chain, once, at first use.</param>
    /// <param name="verb">The method the application called, for the errors.</param>
    /// <exception cref="InvalidOperationException">The identity is an acquirer that was made before, or has a credential of the
    /// application's own making.</exception>
    public WorkloadIdentityBuilder AddToDefaultChain(Action<IList<DefaultChainMember>> members, [CallerMemberName] string verb = "")
    {
        ArgumentNullException.ThrowIfNull(members);
        if (_isExisting)
        {
            throw new InvalidOperationException(
                $"{RegisteredIdentity.Describe(
                    Name)} is a token acquirer that was made before the services, so {verb} would change nothing. Add to the chain where "
                        + $"it is made: options.{nameof(DefaultCredentialsOptions.Members)}.{verb}(…), then "
                        + $"DefaultCredentials.FromEnvironment(options).");
        }

        _joined = verb;
        ThrowIfNothingToJoin();
        return Configure(options => members(options.DefaultChainMembers));
    }

    /// <summary>A credential of the application's own making.</summary>
    /// <param name="create">Called once, at first use, with the root services. The credential is not disposed.</param>
    public WorkloadIdentityBuilder UseCredential(Func<IServiceProvider, Credential> create)
    {
        ArgumentNullException.ThrowIfNull(create);
        Choose(nameof(UseCredential));
        ThrowIfNothingToJoin();
        return Configure(options => options.Credential = create);
    }

    /// <summary>Sets what the identity works with. What code sets goes before what configuration says.</summary>
    /// <param name="configure">Called when the options are first needed.</param>
    /// <exception cref="InvalidOperationException">The identity is an acquirer that was made before: its options were read
    /// then.</exception>
    public WorkloadIdentityBuilder Configure(Action<WorkloadIdentityOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(configure);
        ThrowIfExisting(nameof(Configure));
        Services.Configure(Name, configure);
        return this;
    }

    internal static Credential DefaultChain(CredentialDependencies parts) => DefaultCredentials.FromEnvironment(parts.DefaultChain());

    private WorkloadIdentityBuilder UseApplication(string verb, string tenantId, string clientId, ClientAuthentication authentication)
    {
        // Made once for its checks: an error belongs to the line that has it.
        _ = new ApplicationCredential(tenantId, clientId, authentication);
        return Use(verb, parts => new ApplicationCredential(tenantId, clientId, authentication, parts.Application()));
    }

    /// <summary>For the verbs, those of packages included.</summary>
    internal WorkloadIdentityBuilder Use(string verb, Func<CredentialDependencies, Credential> create)
    {
        Choose(verb);
        return Configure(options => options.Plan = (verb, create));
    }

    private void Choose(string verb)
    {
        ThrowIfExisting(verb);
        if (_chosen is not null)
        {
            throw new InvalidOperationException(
                $"{RegisteredIdentity.Describe(
                    Name)} already gets its credential from {_chosen}, so {verb} would change who it is. Keep one of the two, or register "
                        + $"another identity with AddWorkloadIdentity(\"name\").");
        }

        _chosen = verb;
    }

    private void ThrowIfNothingToJoin()
    {
        if (_joined is not null && _chosen == nameof(UseCredential))
        {
            throw new InvalidOperationException(
                $"{RegisteredIdentity.Describe(Name)} gets its credential from {nameof(UseCredential)}, so {_joined} would change "
                    + $"nothing. Keep one of the two.");
        }
    }

    /// <summary>The identity, as the subject of a message: <c>The identity 'orders'</c>.</summary>
    public override string ToString() => RegisteredIdentity.Describe(Name);

    private void ThrowIfExisting(string verb)
    {
        if (_isExisting)
        {
            throw new InvalidOperationException(
                $"{RegisteredIdentity.Describe(
                    Name)} is a token acquirer that was made before the services, so {verb} would change nothing. Set its options where "
                        + "it is made.");
        }
    }
}
