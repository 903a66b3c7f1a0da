using System.Runtime.CompilerServices;
using WorkloadIdentity;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>
/// Configures one registered identity: its credential and its options. An identity has one credential, so a second <c>Use…</c> throws.
/// Without any <c>Use…</c>, an identity without configuration uses the default chain.
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

    /// <summary>The services that this identity is registered in.</summary>
    public IServiceCollection Services { get; }

    /// <summary>
    /// The identity's name, which is also the name of its <see cref="WorkloadIdentityOptions"/>; empty for the default one.
    /// </summary>
    public string Name { get; }

    /// <summary>
    /// The key of services that a package registers for the identity, and of its <see cref="ITokenAcquirer"/>: the name, or null for the
    /// default one.
    /// </summary>
    public object? ServiceKey => RegisteredIdentity.ServiceKey(Name);

    /// <summary>The managed identity of the host.</summary>
    /// <param name="id">The identity; null uses the host's default.</param>
    public WorkloadIdentityBuilder UseManagedIdentity(ManagedIdentityId? id = null) =>
        Use(nameof(UseManagedIdentity), dependencies => new ManagedIdentityCredential(id, dependencies.ManagedIdentity()));

    /// <summary>A user-assigned managed identity of the host.</summary>
    /// <param name="clientId">Its client (application) id.</param>
    /// <exception cref="ArgumentException"><paramref name="clientId"/> is not a GUID.</exception>
    public WorkloadIdentityBuilder UseManagedIdentity(string clientId) => UseManagedIdentity(ManagedIdentityId.FromClientId(clientId));

    /// <summary>The chain that is read from the environment (<see cref="DefaultCredentials"/>).</summary>
    /// <param name="allow">The kinds that may be used; all if none is named. See <see cref="DefaultCredentialsOptions.Allow"/>.</param>
    public WorkloadIdentityBuilder UseDefaultChain(params string[] allow)
    {
        ArgumentNullException.ThrowIfNull(allow);
        Use(nameof(UseDefaultChain), DefaultChain);
        return allow.Length == 0 ? this : Configure(options => Array.ForEach(allow, options.Credentials.Allow.Add));
    }

    /// <summary>
    /// The chain that is read from the environment (<see cref="DefaultCredentials"/>), with members that code adds:
    /// <c>UseDefaultChain(chain => chain.Add…)</c>.
    /// </summary>
    /// <param name="members">Adds the members. It is called once, at first use.</param>
    public WorkloadIdentityBuilder UseDefaultChain(Action<IList<DefaultChainMember>> members)
    {
        ArgumentNullException.ThrowIfNull(members);
        return Use(nameof(UseDefaultChain), DefaultChain).Configure(options => members(options.Credentials.Members));
    }

    /// <summary>
    /// Adds members to the default chain of the identity, whether code, configuration or nothing chose that chain. For the <c>Add…</c>
    /// methods of packages. An application calls <see cref="UseDefaultChain(Action{IList{DefaultChainMember}})"/>.
    /// </summary>
    /// <param name="members">Adds the members. It is called once, at first use.</param>
    /// <param name="verb">The method that the application called, for errors.</param>
    /// <exception cref="InvalidOperationException">
    /// The identity is an existing acquirer, or its credential comes from <see cref="UseCredential"/>.
    /// </exception>
    public WorkloadIdentityBuilder AddToDefaultChain(Action<IList<DefaultChainMember>> members, [CallerMemberName] string verb = "")
    {
        ArgumentNullException.ThrowIfNull(members);
        if (_isExisting)
        {
            throw new InvalidOperationException(
                $"{RegisteredIdentity.Describe(
                    Name)} is a token acquirer that was made before the services, so {verb} would have no effect. Add to the chain where "
                        + $"it is made: options.{nameof(DefaultCredentialsOptions.Members)}.{verb}(…), then "
                        + $"DefaultCredentials.FromEnvironment(options).");
        }

        _joined = verb;
        ThrowIfNothingToJoin();
        return Configure(options => members(options.Credentials.Members));
    }

    /// <summary>A credential that the application makes itself.</summary>
    /// <param name="create">Makes the credential. It is called once, at first use, with the root services. The credential is not
    /// disposed.</param>
    public WorkloadIdentityBuilder UseCredential(Func<IServiceProvider, Credential> create)
    {
        ArgumentNullException.ThrowIfNull(create);
        Choose(nameof(UseCredential));
        ThrowIfNothingToJoin();
        return Configure(options => options.CredentialFactory = create);
    }

    /// <summary>Sets the identity's options. Code goes before configuration.</summary>
    /// <param name="configure">Sets the options. It is called when they are first needed.</param>
    /// <exception cref="InvalidOperationException">The identity is an existing acquirer, whose options were read before.</exception>
    public WorkloadIdentityBuilder Configure(Action<WorkloadIdentityOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(configure);
        ThrowIfExisting(nameof(Configure));
        Services.Configure(Name, configure);
        return this;
    }

    internal static Credential DefaultChain(CredentialDependencies dependencies) =>
        DefaultCredentials.FromEnvironment(dependencies.DefaultChain());

    private WorkloadIdentityBuilder Use(string verb, Func<CredentialDependencies, Credential> create)
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
                    Name)} already gets its credential from {_chosen}, and an identity has one credential. Remove {_chosen} or {verb}, or "
                        + $"register another identity with AddWorkloadIdentity(\"name\").");
        }

        _chosen = verb;
    }

    private void ThrowIfNothingToJoin()
    {
        if (_joined is not null && _chosen == nameof(UseCredential))
        {
            throw new InvalidOperationException(
                $"{RegisteredIdentity.Describe(Name)} gets its credential from {nameof(UseCredential)}, so {_joined} would have no "
                    + $"effect. Remove one of the two.");
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
                    Name)} is a token acquirer that was made before the services, so {verb} would have no effect. Set its options where "
                        + "it is made.");
        }
    }
}
