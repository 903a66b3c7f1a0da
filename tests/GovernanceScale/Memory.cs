using System.Diagnostics;
using System.Globalization;

namespace WorkloadIdentity.Tests;

/// <summary>
/// The memory of a process that reads a tenant: the emulator is another process, so that its memory does not count. Neither has a limit to
/// wait for: the emulator enforces none, and the client's clock moves on by itself.
/// </summary>
internal static class Memory
{
    public const string ServerVerb = "serve";
    public const string ClientVerb = "read";

    public static async Task<long> MeasureAsync(int size)
    {
        using var server = Start(ServerVerb, size.ToString(CultureInfo.InvariantCulture));
        try
        {
            var access = await server.StandardOutput.ReadLineAsync() ?? throw new InvalidOperationException("The server did not start.");
            using var client = Start(ClientVerb, access);
            var answer = await client.StandardOutput.ReadLineAsync();
            await client.WaitForExitAsync();
            return long.Parse(answer!, CultureInfo.InvariantCulture);
        }
        finally
        {
            server.StandardInput.Close();
            await server.WaitForExitAsync();
        }
    }

    /// <summary>Serves a tenant until its input ends.</summary>
    public static async Task ServeAsync(int size)
    {
        await using var tenant = await Tenant.StartAsync(size, TimeProvider.System, enforcesLimits: false);
        await Console.Out.WriteLineAsync(tenant.Access.ToString());
        await Console.In.ReadToEndAsync();
    }

    /// <summary>Reads a tenant, and prints the largest memory of this process in bytes.</summary>
    public static async Task ReadAsync(string access)
    {
        var clock = new FakeClock();
        clock.SetWallClock(TimeProvider.System.GetUtcNow());
        await Inventory.ReadAsync(Access.Parse(access), clock, stateFolder: null);
        using var process = Process.GetCurrentProcess();
        await Console.Out.WriteLineAsync(process.PeakWorkingSet64.ToString(CultureInfo.InvariantCulture));
    }

    private static Process Start(params IReadOnlyList<string> arguments)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath!)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            UseShellExecute = false,
        };
        if (Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet")
        {
            start.ArgumentList.Add(typeof(Memory).Assembly.Location);
        }

        foreach (var argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        return Process.Start(start)!;
    }
}
