namespace WorkloadIdentity.Schedules;

/// <summary>Callers, time and a credential that meet in every order.</summary>
/// <param name="Name">What to call it on the command line.</param>
/// <param name="Act">What happens. It ends when every caller has ended.</param>
internal sealed record Scenario(string Name, Func<World, Task> Act)
{
    /// <summary>Whether it has a fault on purpose, which the exploration must find.</summary>
    public bool IsFaulty { get; init; }
}
