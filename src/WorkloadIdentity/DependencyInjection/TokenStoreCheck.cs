using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using WorkloadIdentity;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>
/// Makes the identity's acquirer before the host starts, so that a credential that cannot share tokens is refused then, not at first use.
/// The validation of settings checks the credentials of the builder's methods and of configuration. This checks one that the application
/// makes itself (<c>UseCredential</c>).
/// </summary>
internal sealed class TokenStoreCheck(string name, IServiceProvider services) : IHostedLifecycleService
{
    public Task StartingAsync(CancellationToken cancellationToken)
    {
        try
        {
            _ = services.GetRequiredKeyedService<ITokenAcquirer>(RegisteredIdentity.ServiceKey(name));
        }
        catch (ArgumentException exception)
        {
            throw new OptionsValidationException(
                name, typeof(WorkloadIdentityOptions), [$"{RegisteredIdentity.Describe(name)}: {TokenError.Explain(exception)}"]);
        }

        return Task.CompletedTask;
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
