namespace WorkloadIdentity.Schedules;

/// <summary>
/// Enumerates schedules: at each choice, 0 is what happens by itself and anything else is a deviation. All schedules with at most
/// <paramref name="bound"/> deviations are visited once.
/// </summary>
internal sealed class Schedule(int bound)
{
    private const int MaxChoices = 50_000;

    private readonly List<(int Chosen, int Count)> _choices = [];
    private int _at;
    private int _deviations;

    /// <summary>Whether it has far more choices than a scenario that ends.</summary>
    public bool IsTooLong => _at >= MaxChoices;

    /// <summary>The deviations of this schedule, as "choice:alternative", to run it again.</summary>
    public string Text => string.Join(
        ',', _choices.Take(_at).Select((choice, index) => (choice, index)).Where(each => each.choice.Chosen != 0)
            .Select(each => $"{each.index}:{each.choice.Chosen}"));

    /// <summary>A schedule given by its deviations alone.</summary>
    public static Schedule Parse(string text)
    {
        var deviations = text.Split(',', StringSplitOptions.RemoveEmptyEntries).Select(each => each.Split(':'))
            .ToDictionary(each => int.Parse(each[0], null), each => int.Parse(each[1], null));
        var schedule = new Schedule(deviations.Count);
        for (var index = 0; deviations.Count > 0 && index <= deviations.Keys.Max(); index++)
        {
            schedule._choices.Add((deviations.GetValueOrDefault(index), int.MaxValue));
        }

        return schedule;
    }

    /// <summary>What to do at a choice with <paramref name="count"/> alternatives.</summary>
    public int Choose(int count)
    {
        if (_at == _choices.Count)
        {
            // Beyond the bound there is only what happens by itself.
            _choices.Add((0, _deviations < bound ? count : 1));
        }

        var chosen = _choices[_at].Chosen;
        if (chosen >= count)
        {
            throw new ScheduleException("The same schedule led to other choices: something runs outside of it.");
        }

        _at++;
        _deviations += chosen == 0 ? 0 : 1;
        return chosen;
    }

    /// <summary>Moves on to the next schedule. False when every one was visited.</summary>
    public bool MoveNext()
    {
        _choices.RemoveRange(_at, _choices.Count - _at);
        while (_choices.Count > 0)
        {
            var (chosen, count) = _choices[^1];
            _choices.RemoveAt(_choices.Count - 1);
            if (chosen + 1 < count)
            {
                _choices.Add((chosen + 1, count));
                (_at, _deviations) = (0, 0);
                return true;
            }
        }

        return false;
    }
}
