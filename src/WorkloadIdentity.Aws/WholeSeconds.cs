namespace WorkloadIdentity.Aws;

/// <summary>A duration that AWS STS takes as a number of seconds.</summary>
internal static class WholeSeconds
{
    /// <exception cref="ArgumentException">The duration is out of range, or has a fraction of a second.</exception>
    public static void Check(TimeSpan duration, TimeSpan least, TimeSpan most, string what)
    {
        if (duration < least || duration > most || duration.Ticks % TimeSpan.TicksPerSecond != 0)
        {
            throw new ArgumentException($"{what} is {duration}. AWS takes whole seconds from {least} to {most}.");
        }
    }
}
