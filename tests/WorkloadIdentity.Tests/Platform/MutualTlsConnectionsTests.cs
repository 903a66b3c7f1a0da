using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using WorkloadIdentity.Testing;

namespace WorkloadIdentity.Tests;

/// <summary>Connections that present one certificate, whatever the application sets up.</summary>
public sealed class MutualTlsConnectionsTests(BoundBench bench) : IClassFixture<BoundBench>
{
    private readonly BoundBench _bench = bench.Fresh();

    private EntraEmulator Entra => _bench.Entra;

    [Fact]
    public void Connections_are_apart_for_each_whole_certificate_and_their_number_is_bounded()
    {
        var connections = new MutualTlsConnections(configure: null);
        BoundCertificate Of(X509Certificate2 certificate) => new(certificate, []);
        var first = connections.For(Of(_bench.First));

        Assert.Same(first, connections.For(Of(new X509Certificate2(_bench.First))));
        Assert.NotSame(first, connections.For(Of(_bench.Renewed)));

        for (var number = 0; number < 8; number++)
        {
            connections.For(Of(_bench.Issue()));
        }

        Assert.NotSame(first, connections.For(Of(_bench.First)));
        connections.Close();
        Assert.Throws<ObjectDisposedException>(() => connections.For(Of(_bench.Issue())));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_certificate_that_the_application_sets_up_is_not_presented(bool isBound)
    {
        using var handler = MutualTlsConnections.Handler(
            sockets =>
            {
                sockets.SslOptions.ClientCertificates = [TestCertificate.Two];
                sockets.SslOptions.LocalCertificateSelectionCallback = (_, _, _, _, _) => TestCertificate.Two;
                sockets.SslOptions.ClientCertificateContext =
                    SslStreamCertificateContext.Create(TestCertificate.Two, additionalCertificates: null, offline: true);
            },
            isBound ? new BoundCertificate(_bench.First, []) : null);

        var options = handler.SslOptions;
        Assert.Null(options.ClientCertificates);
        Assert.Null(options.LocalCertificateSelectionCallback);
        Assert.Equal(
            isBound ? _bench.First.Thumbprint : null, options.ClientCertificateContext?.TargetCertificate.Thumbprint);
    }

    [Fact]
    public async Task A_filter_of_the_application_gets_a_connection_that_presented_the_certificate()
    {
        var filtered = new List<bool>();

        using var response = await Connections(filtered, Entra.Trust).Client.GetAsync(Entra.SecureAddress);

        Assert.Equal([true], filtered);
    }

    [Fact]
    public async Task A_filter_of_the_application_gets_no_connection_without_the_certificate()
    {
        await using var server = new LoopbackServer(_ => new(200), _ => TestCertificate.One);
        var filtered = new List<bool>();
        var connections = Connections(filtered, sockets => sockets.SslOptions.RemoteCertificateValidationCallback =
            (_, certificate, _, _) => certificate!.GetCertHashString() == TestCertificate.One.GetCertHashString());

        var refused = await Assert.ThrowsAsync<HttpRequestException>(() => connections.Client.GetAsync(server.Address));

        Assert.IsType<TokenAcquisitionException>(refused.InnerException);
        Assert.Empty(filtered);
        Assert.Empty(server.Requests);
    }

    /// <summary>Connections whose filter notes whether the certificate was presented.</summary>
    private MutualTlsConnections.Connections Connections(List<bool> filtered, Action<SocketsHttpHandler> configure) =>
        new MutualTlsConnections(sockets =>
        {
            configure(sockets);
            sockets.PlaintextStreamFilter = (connection, _) =>
            {
                filtered.Add(((SslStream)connection.PlaintextStream).IsMutuallyAuthenticated);
                return ValueTask.FromResult(connection.PlaintextStream);
            };
        }).For(new BoundCertificate(_bench.First, []));
}
