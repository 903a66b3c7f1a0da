using System.Collections.Concurrent;
using WorkloadIdentity.Tests;

namespace WorkloadIdentity.Schedules;

/// <summary>What a scenario acts on, and the laws that hold in each one.</summary>
internal sealed class World : IDisposable
{
    private readonly ConcurrentQueue<string> _broken = new();
    private TokenAcquirer? _acquirer;

    public World() => Credential = new ScenarioCredential(Clock);

    public static TokenRequest Orders { get; } = new("api://orders/.default");

    public FakeClock Clock { get; } = new();

    public ScenarioCredential Credential { get; }

    public TokenAcquirerOptions Options => field ??= new TokenAcquirerOptions { TimeProvider = Clock };

    /// <summary>Made at first use, so that a scenario can set options first. No other caller runs meanwhile.</summary>
    public TokenAcquirer Acquirer => _acquirer ?? Points.Uninterrupted(() => _acquirer ??= new TokenAcquirer(Credential, Options));

    /// <summary>Runs beside everything else.</summary>
    public static Task Start(Func<Task> work) => Points.Run(work);

    /// <summary>Runs beside everything else.</summary>
    public static Task<T> Start<T>(Func<Task<T>> work) => Points.Run(work);

    public static Task Start(Action work) => Points.Run(() =>
    {
        work();
        return Task.CompletedTask;
    });

    /// <summary>Ends when everything else that runs has ended: a refresh in the background, for instance.</summary>
    public static Task SettleAsync() => ControlledScheduler.Running!.Scheduler.WhenIdle();

    /// <summary>Time passes, and the timers that are due fire.</summary>
    public void Advance(TimeSpan by) => Points.Uninterrupted(() =>
    {
        Clock.Advance(by);
        return true;
    });

    /// <summary>A caller. Null when it was refused, cancelled or the acquirer was disposed.</summary>
    public async Task<AccessToken?> GetAsync(TokenRequest? request = null, CancellationToken cancellationToken = default)
    {
        var asked = Clock.Now;
        try
        {
            var token = await Acquirer.GetTokenAsync(request ?? Orders, cancellationToken);
            Check(token.ExpiresOn > asked, "an expired token was returned");
            return token;
        }
        catch (Exception exception) when (exception is TokenAcquisitionException or OperationCanceledException or ObjectDisposedException)
        {
            return null;
        }
    }

    /// <summary>A caller whose token was rejected by the API.</summary>
    public async Task<AccessToken?> RenewAsync(AccessToken? rejected, string? claims = null, TokenRequest? request = null)
    {
        try
        {
            return await Acquirer.RenewTokenAsync(request ?? Orders, rejected, claims);
        }
        catch (Exception exception) when (exception is TokenAcquisitionException or ObjectDisposedException)
        {
            return null;
        }
    }

    public void Check(bool holds, string otherwise)
    {
        if (!holds)
        {
            _broken.Enqueue(otherwise);
        }
    }

    /// <summary>What must hold after each scenario.</summary>
    public void CheckLaws()
    {
        Check(Credential.MostAtOnce.Values.All(most => most == 1), "two acquisitions ran at once for one request");
        Check(Credential.Running == 0, "an acquisition is left");
        Check(Clock.PendingTimers == 0, "a timer is left");
        if (_broken.TryPeek(out var first))
        {
            throw new ScheduleException(first);
        }
    }

    public void Dispose() => _acquirer?.Dispose();
}
