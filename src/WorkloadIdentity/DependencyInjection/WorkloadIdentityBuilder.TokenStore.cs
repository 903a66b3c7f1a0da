using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using WorkloadIdentity;

namespace Microsoft.Extensions.DependencyInjection;

// The second level of an identity's cache.
public sealed partial class WorkloadIdentityBuilder
{
    private string? _storedBy;

    /// <summary>
    /// Keeps the identity's tokens in a store as well, where other processes of the same identity find them. The host does not start with a
    /// credential that cannot share: a chain, a system-assigned managed identity, or one without <see cref="Credential.Partition"/>.
    /// </summary>
    /// <param name="create">Called once, when the host starts, with the root services. An <see cref="ArgumentException"/> says that the
    /// settings cannot be used. A store that is disposable is disposed with the container.</param>
    /// <param name="verb">The method the application called, for the errors: a package gives the name of its own.</param>
    /// <exception cref="InvalidOperationException">The identity is an acquirer that was made before, or has a store already.</exception>
    public WorkloadIdentityBuilder UseTokenStore(Func<IServiceProvider, TokenStore> create, string verb = nameof(UseTokenStore))
    {
        ArgumentNullException.ThrowIfNull(create);
        ThrowIfExisting(verb);
        if (_storedBy is not null)
        {
            throw new InvalidOperationException(
                $"{RegisteredIdentity.Describe(Name)} has a token store already, from {_storedBy}. An identity has one store, so remove "
                    + $"one of the two calls ({_storedBy}, {verb}).");
        }

        _storedBy = verb;
        Services.AddKeyedSingleton(Name, (services, _) => CreateStore(services, create));
        Services.AddOptions<WorkloadIdentityOptions>(Name).Configure<IServiceProvider>(
            (options, services) => options.Acquirer.Store = services.GetRequiredKeyedService<TokenStore>(Name));
        Services.AddSingleton<IHostedService>(services => new TokenStoreCheck(Name, services));
        return this;
    }

    private TokenStore CreateStore(IServiceProvider services, Func<IServiceProvider, TokenStore> create)
    {
        try
        {
            return create(services) ?? throw new ArgumentException("The function that makes it returned null.");
        }
        catch (ArgumentException exception)
        {
            throw new OptionsValidationException(
                Name,
                typeof(WorkloadIdentityOptions),
                [$"{RegisteredIdentity.Describe(Name)}: its token store cannot be used. {TokenError.Explain(exception)}"]);
        }
    }
}
