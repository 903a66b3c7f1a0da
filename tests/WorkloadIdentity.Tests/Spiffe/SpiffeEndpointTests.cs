using System.Net;
using System.Net.Sockets;
using WorkloadIdentity.Spiffe;

namespace WorkloadIdentity.Tests;

/// <summary>
/// The addresses of SPIFFE Workload Endpoint, section 4. The first rows are those of go-spiffe's addr_test.go and addr_posix_test.go. One
/// differs: go-spiffe takes <c>unix://foo</c>, and the standard does not allow an authority.
/// </summary>
public sealed class SpiffeEndpointTests
{
    [Theory]
    [InlineData("\t", "control character")]
    [InlineData("blah", "the scheme")]
    [InlineData("tcp:opaque", "path")]
    [InlineData("tcp://", "IP address and a port")]
    [InlineData("tcp://1.2.3.4:5?whatever", "query")]
    [InlineData("tcp://1.2.3.4:5#whatever", "fragment")]
    [InlineData("tcp://john@1.2.3.4:5/path", "user info")]
    [InlineData("tcp://1.2.3.4:5/path", "path")]
    [InlineData("tcp://foo", "IP address and a port")]
    [InlineData("tcp://1.2.3.4", "IP address and a port")]
    [InlineData("unix:opaque", "absolute path")]
    [InlineData("unix://", "absolute path")]
    [InlineData("unix://foo?whatever", "query")]
    [InlineData("unix://foo#whatever", "fragment")]
    [InlineData("unix://john:doe@foo/path", "user info")]
    [InlineData("unix://foo", "names a host")]
    [InlineData("npipe:pipeName", "the scheme")]
    [InlineData("unix://localhost/run/agent.sock", "names a host")]
    [InlineData("unix:///run/agent.sock?", "query")]
    [InlineData("unix:///run/agent.sock#", "fragment")]
    [InlineData("unix:///", "absolute path")]
    [InlineData("unix:///run/", "absolute path")]
    [InlineData("unix:run/agent.sock", "absolute path")]
    [InlineData("unix:///run/a%00gent.sock", "percent")]
    [InlineData("unix:///run/a%2gent.sock", "percent")]
    [InlineData("unix:///run/agent.sock\n", "control character")]
    [InlineData(" unix:///run/agent.sock", "white space")]
    [InlineData("/run/agent.sock", "the scheme")]
    [InlineData("", "the scheme")]
    [InlineData("http://127.0.0.1:8000", "the scheme")]
    [InlineData("https://127.0.0.1:8000", "the scheme")]
    [InlineData("tcp://127.0.0.1:8000/", "path")]
    [InlineData("tcp://localhost:8000", "IP address and a port")]
    [InlineData("tcp://127.1:8000", "IP address and a port")]
    [InlineData("tcp://2130706433:8000", "IP address and a port")]
    [InlineData("tcp://127.0.0.01:8000", "IP address and a port")]
    [InlineData("tcp://::1:8000", "IP address and a port")]
    [InlineData("tcp://[fe80::1%25eth0]:8000", "IP address and a port")]
    [InlineData("tcp://127.0.0.1:", "IP address and a port")]
    [InlineData("tcp://127.0.0.1:0", "from 1 to 65535")]
    [InlineData("tcp://127.0.0.1:65536", "from 1 to 65535")]
    [InlineData("tcp://127.0.0.1:+80", "IP address and a port")]
    [InlineData("tcp://127.0.0.1:8000@evil", "user info")]
    public void Another_address_is_refused_and_the_reason_is_given(string address, string reason)
    {
        var (endpoint, problem) = SpiffeEndpoint.Parse(address);

        Assert.Null(endpoint);
        Assert.Contains(reason, problem, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("tcp://1.2.3.4:5", "1.2.3.4:5")]
    [InlineData("tcp://[::1]:8081", "[::1]:8081")]
    [InlineData("TCP://127.0.0.1:65535", "127.0.0.1:65535")]
    [InlineData("unix:///run/spire/sockets/agent.sock", "/run/spire/sockets/agent.sock")]
    [InlineData("unix:/run/agent.sock", "/run/agent.sock")]
    [InlineData("unix:///run/my%20agent.sock", "/run/my agent.sock")]
    public void An_address_of_the_standard_is_taken(string address, string socket)
    {
        var (endpoint, problem) = SpiffeEndpoint.Parse(address);

        Assert.Null(problem);
        Assert.Equal(socket, endpoint!.Socket.ToString());
        Assert.Equal(address, endpoint.ToString());
        Assert.True(endpoint.Socket is IPEndPoint or UnixDomainSocketEndPoint);
    }

    [Fact]
    public void A_path_that_is_too_long_for_a_socket_is_refused() =>
        Assert.Contains("longer path", SpiffeEndpoint.Parse($"unix:///{new string('a', 200)}").Problem, StringComparison.Ordinal);
}
