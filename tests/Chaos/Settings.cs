using System.Globalization;

namespace WorkloadIdentity.Chaos;

/// <summary>
/// How long, how fast, from which seed, and how many times longer callers pause between calls. The same seed picks the same events in the
/// same order; what they hit depends on the machine.
/// </summary>
internal sealed record Settings(TimeSpan Duration, int Seed, double Speed, double Pause)
{
    public const string Usage = "Chaos [--for <hh:mm:ss>] [--seed <number>] [--speed <times>] [--pause <times>]";

    public static Settings Read(string[] arguments)
    {
        var settings = new Settings(TimeSpan.FromMinutes(1), Random.Shared.Next(100_000), 30, 1);
        for (var index = 0; index < arguments.Length; index += 2)
        {
            var value = arguments.ElementAtOrDefault(index + 1) ?? "";
            settings = arguments[index] switch
            {
                "--for" when TimeSpan.TryParse(value, CultureInfo.InvariantCulture, out var time) && time >= TimeSpan.FromSeconds(30) =>
                    settings with { Duration = time },
                "--seed" when int.TryParse(value, CultureInfo.InvariantCulture, out var seed) => settings with { Seed = seed },
                "--speed" when double.TryParse(value, CultureInfo.InvariantCulture, out var speed) && speed is >= 1 and <= 100 =>
                    settings with { Speed = speed },
                "--pause" when double.TryParse(value, CultureInfo.InvariantCulture, out var pause) && pause is >= 1 and <= 100 =>
                    settings with { Pause = pause },
                _ =>
                    throw new ArgumentException(
                        $"'{arguments[index]} {value}' is not understood. Usage: {Usage}; at least 30 seconds, a speed and a "
                            + "pause from 1 to 100."),
            };
        }

        return settings;
    }
}
