using System.Net;
using System.Net.Sockets;

namespace PostgresSample;

/// <summary>A port of the loopback address that nothing listens on, for a server that must be told its port.</summary>
internal static class FreePort
{
    public static int Find()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
