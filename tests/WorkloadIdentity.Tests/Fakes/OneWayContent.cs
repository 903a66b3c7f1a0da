using System.Net;

namespace WorkloadIdentity.Tests;

/// <summary>Content that is written while it is sent, as gRPC, YARP and Refit send theirs. It cannot be sent again.</summary>
internal sealed class OneWayContent : HttpContent
{
    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) => stream.WriteAsync("x"u8.ToArray()).AsTask();

    protected override bool TryComputeLength(out long length)
    {
        length = 0;
        return false;
    }
}
