namespace WorkloadIdentity.Testing;

/// <summary>So many units within any period of a length. Not safe for concurrent use.</summary>
internal sealed class SlidingWindow(int capacity, TimeSpan period)
{
    private readonly Queue<(DateTimeOffset At, int Units)> _taken = new();
    private int _sum;

    /// <summary>How much of the capacity is taken.</summary>
    public double Share => (double)_sum / capacity;

    /// <summary>How long until <paramref name="units"/> can be taken; zero when they can be now.</summary>
    public TimeSpan Wait(DateTimeOffset now, int units)
    {
        while (_taken.TryPeek(out var oldest) && (now - oldest.At >= period || now < oldest.At))
        {
            _sum -= _taken.Dequeue().Units;
        }

        var missing = _sum + units - capacity;
        foreach (var (at, freed) in _taken)
        {
            if (missing <= 0)
            {
                break;
            }

            missing -= freed;
            if (missing <= 0)
            {
                return at + period - now;
            }
        }

        return TimeSpan.Zero;
    }

    public void Take(DateTimeOffset now, int units)
    {
        _taken.Enqueue((now, units));
        _sum += units;
    }
}
