using Microsoft.Extensions.Options;
using WorkloadIdentity;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Checks that a client's identity is registered, without making it.</summary>
internal sealed class RegisteredClientValidator(IServiceProvider services) : IValidateOptions<RegisteredClient>
{
    public ValidateOptionsResult Validate(string? name, RegisteredClient options)
    {
        // A third-party container may not support this query. Then the first request reports a missing identity.
        var isRegistered = services.GetService<IServiceProviderIsKeyedService>() is not { } known
            || (options.Identity is null
                ? known.IsService(typeof(ITokenAcquirer))
                : known.IsKeyedService(typeof(ITokenAcquirer), options.Identity));
        return isRegistered
            ? ValidateOptionsResult.Success
            : ValidateOptionsResult.Fail(RegisteredClient.NoIdentity(name ?? "", options.Identity));
    }
}
