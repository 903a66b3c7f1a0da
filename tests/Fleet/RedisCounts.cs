using System.Globalization;
using StackExchange.Redis;

namespace Fleet;

/// <summary>What Redis did since it was started, as it says itself.</summary>
/// <param name="Reads">Reads of an entry: for each the cache sends HMGET for the expiry and HGET for the value.</param>
/// <param name="Writes">Writes of an entry: HSET or HMSET, and EXPIRE.</param>
/// <param name="Bytes">What came in and went out, for these and all other commands.</param>
internal readonly record struct RedisCounts(long Reads, long Writes, long Bytes)
{
    private static readonly string[] Reading = ["hget"];
    private static readonly string[] Writing = ["hset", "hmset"];

    public static async Task<RedisCounts> OfAsync(IDatabase database)
    {
        var text = $"{await database.ExecuteAsync("INFO", "commandstats")}\n{await database.ExecuteAsync("INFO", "stats")}";
        var values = text.Split('\n', StringSplitOptions.TrimEntries).Select(line => line.Split(':'))
            .Where(parts => parts.Length == 2).ToDictionary(parts => parts[0], parts => parts[1]);
        return new RedisCounts(
            Reading.Sum(Calls), Writing.Sum(Calls), Number(values["total_net_input_bytes"]) + Number(values["total_net_output_bytes"]));

        // cmdstat_hget:calls=5,usec=…
        long Calls(string command) =>
            values.TryGetValue($"cmdstat_{command}", out var stats) ? Number(stats.Split(',')[0].Split('=')[1]) : 0;

        static long Number(string text) => long.Parse(text, CultureInfo.InvariantCulture);
    }

    public static RedisCounts operator -(RedisCounts now, RedisCounts before) =>
        new(now.Reads - before.Reads, now.Writes - before.Writes, now.Bytes - before.Bytes);
}
