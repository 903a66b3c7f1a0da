using System.Buffers.Binary;
using System.Globalization;
using System.Net;

namespace WorkloadIdentity.Tool;

/// <summary>
/// The process at the other end of a connection on this machine, as Linux lists it. It is for the audit line only: nothing is decided by
/// it, because a process can pass its connection on to another one.
/// </summary>
internal static class CallingProcess
{
    // ::ffff:0:0/96, in words of the machine's byte order.
    private const string MappedPrefix = "0000000000000000FFFF0000";

    /// <summary>The process id; null where the system does not tell: another system, another user's process, another container.</summary>
    public static int? Of(IPEndPoint client, IPEndPoint server)
    {
        try
        {
            return OperatingSystem.IsLinux() && SocketOf(client, server) is { } socket ? HolderOf($"socket:[{socket}]") : null;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>The inode of the client's socket. A socket for both versions of IP is listed with IPv6.</summary>
    internal static string? SocketOf(IPEndPoint client, IPEndPoint server) =>
        SocketIn("/proc/net/tcp", Listed(client, ""), Listed(server, ""))
            ?? SocketIn("/proc/net/tcp6", Listed(client, MappedPrefix), Listed(server, MappedPrefix));

    private static string? SocketIn(string table, string local, string remote) => File.ReadLines(table)
        .Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        .FirstOrDefault(columns => columns.Length > 9 && columns[1] == local && columns[2] == remote)?[9];

    private static string Listed(IPEndPoint end, string prefix) => string.Create(
        CultureInfo.InvariantCulture,
        $"{prefix}{BinaryPrimitives.ReadUInt32LittleEndian(end.Address.MapToIPv4().GetAddressBytes()):X8}:{end.Port:X4}");

    private static int? HolderOf(string socket)
    {
        foreach (var folder in Directory.EnumerateDirectories("/proc"))
        {
            var name = Path.GetFileName(folder);
            if (int.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out var id) && Holds(folder, socket))
            {
                return id;
            }
        }

        return null;
    }

    private static bool Holds(string process, string socket)
    {
        try
        {
            return Directory.EnumerateFiles($"{process}/fd").Any(file => new FileInfo(file).LinkTarget == socket);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // The process has ended, or belongs to another user.
            return false;
        }
    }
}
