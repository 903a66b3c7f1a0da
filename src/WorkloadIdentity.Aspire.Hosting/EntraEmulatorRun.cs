using Aspire.Hosting.ApplicationModel;
using Microsoft.Extensions.DependencyInjection;
using WorkloadIdentity.Testing;

namespace WorkloadIdentity.Aspire.Hosting;

/// <summary>Starts the emulator when the app host starts, and tells the dashboard.</summary>
internal static class EntraEmulatorRun
{
    public static async Task StartAsync(EntraEmulatorResource resource, InitializeResourceEvent start, CancellationToken cancellationToken)
    {
        await PublishAsync(resource, start, state => state with { State = KnownResourceStates.Starting }).ConfigureAwait(false);
        try
        {
            await start.Eventing.PublishAsync(new BeforeResourceStartedEvent(resource, start.Services), cancellationToken)
                .ConfigureAwait(false);

            // From now on the services stop it.
            _ = start.Services.GetRequiredKeyedService<EmulatorLifetime>(resource.Name);
            await resource.StartAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            Log.NotStarted(start.Logger, exception);
            await PublishAsync(resource, start, state => state with { State = KnownResourceStates.FailedToStart }).ConfigureAwait(false);
            return;
        }

        var entra = resource.RunningEmulator;
        foreach (var line in entra.Banner.ReplaceLineEndings("\n").Split('\n'))
        {
            Log.Started(start.Logger, line);
        }

        await PublishAsync(resource, start, state => state with
        {
            State = KnownResourceStates.Running,
            StartTimeStamp = TimeProvider.System.GetUtcNow().UtcDateTime,
            Urls = [PageOf(entra)],
        }).ConfigureAwait(false);
    }

    /// <summary>The dashboard asks who looks at it. So the link has the token, as the one that wid prints in a terminal.</summary>
    private static UrlSnapshot PageOf(EntraEmulator entra) =>
        new("page", $"{entra.PageAddress}#token={entra.AdminToken}", IsInternal: false)
        {
            DisplayProperties = new UrlDisplayPropertiesSnapshot("Directory and journal", 1),
        };

    private static Task PublishAsync(
        EntraEmulatorResource resource, InitializeResourceEvent start, Func<CustomResourceSnapshot, CustomResourceSnapshot> change) =>
        start.Notifications.PublishUpdateAsync(resource, change);
}
