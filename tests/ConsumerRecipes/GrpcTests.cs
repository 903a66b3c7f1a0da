using Grpc.Core;
using Grpc.Net.Client;
using Grpc.Net.Client.Balancer;
using Microsoft.Extensions.DependencyInjection;
using WorkloadIdentity;
using WorkloadIdentity.Grpc;
using WorkloadIdentity.Testing;

namespace ConsumerRecipes;

/// <summary>gRPC clients against a Grpc.AspNetCore server that validates the emulator's tokens.</summary>
public sealed class GrpcTests : IAsyncLifetime, IDisposable
{
    private OrdersBench _bench = null!;
    private GrpcChannel _channel = null!;
    private Orders.OrdersClient _client = null!;

    public async Task InitializeAsync()
    {
        _bench = await OrdersBench.StartAsync();
        _channel = GrpcChannel.ForAddress(_bench.Orders.GrpcAddress, new() { UnsafeUseInsecureChannelCallCredentials = true });
        _client = GrpcClient.OfChannel(_bench.Acquirer, _channel);
    }

    public void Dispose() => _channel.Dispose();

    public async Task DisposeAsync() => await _bench.DisposeAsync();

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_unary_call_that_is_rejected_is_sent_once_more_with_a_new_token(bool byStatusOfHttp)
    {
        Assert.Equal(_bench.Entra.Application.ClientId, (await _client.GetAsync(new OrderRequest { Id = 42 })).Caller);
        Reject(byStatusOfHttp);

        using var call = _client.GetAsync(new OrderRequest { Id = 43 });

        Assert.Equal(43, (await call).Id);
        Assert.Equal(StatusCode.OK, call.GetStatus().StatusCode);
        Assert.NotNull(await call.ResponseHeadersAsync);
        Assert.Empty(call.GetTrailers());
        Assert.Equal(2, _bench.TokenRequests);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_blocking_call_that_is_rejected_is_sent_once_more_with_a_new_token(bool byStatusOfHttp)
    {
        Assert.Equal(42, _client.Get(new OrderRequest { Id = 42 }).Id);
        Reject(byStatusOfHttp);

        Assert.Equal(43, _client.Get(new OrderRequest { Id = 43 }).Id);
        Assert.Equal(2, _bench.TokenRequests);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_server_stream_that_is_rejected_at_once_is_sent_once_more(bool byStatusOfHttp)
    {
        await _client.GetAsync(new OrderRequest { Id = 42 });
        Reject(byStatusOfHttp);

        using var call = _client.Watch(new OrderRequest { Id = 43 });

        Assert.Equal([43, 43], await IdsAsync(call.ResponseStream));
        Assert.Equal(StatusCode.OK, call.GetStatus().StatusCode);
        Assert.Equal(2, _bench.TokenRequests);
    }

    [Fact]
    public async Task A_server_stream_that_is_rejected_midway_fails_and_the_next_one_has_a_new_token()
    {
        using var call = _client.Watch(new OrderRequest { Id = OrdersServer.RejectedMidway });
        Assert.True(await call.ResponseStream.MoveNext());
        Assert.Equal(1, _bench.TokenRequests);

        var failure = await Assert.ThrowsAsync<RpcException>(() => call.ResponseStream.MoveNext());

        Assert.Equal(StatusCode.Unauthenticated, failure.StatusCode);
        Assert.Equal(2, _bench.TokenRequests);
        Assert.Equal(45, (await _client.GetAsync(new OrderRequest { Id = 45 })).Id);
        Assert.Equal(2, _bench.TokenRequests);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_client_stream_that_is_rejected_fails_and_the_next_one_has_a_new_token(bool byStatusOfHttp)
    {
        await _client.GetAsync(new OrderRequest { Id = 42 });
        Reject(byStatusOfHttp);

        using var rejected = _client.Place();
        var failure = await Assert.ThrowsAsync<RpcException>(() => rejected.ResponseAsync);
        Assert.Equal(StatusCode.Unauthenticated, failure.StatusCode);
        Assert.Equal(2, _bench.TokenRequests);

        using var call = _client.Place();
        await call.RequestStream.WriteAsync(new OrderRequest { Id = 43 });
        await call.RequestStream.CompleteAsync();
        Assert.Equal(43, (await call).Id);
        Assert.Equal(2, _bench.TokenRequests);
    }

    [Fact]
    public async Task A_duplex_stream_that_is_rejected_fails_and_the_next_one_has_a_new_token()
    {
        await _client.GetAsync(new OrderRequest { Id = 42 });
        _bench.Orders.RejectNext();

        using var rejected = _client.Track();
        await Assert.ThrowsAsync<RpcException>(() => rejected.ResponseStream.MoveNext());
        Assert.Equal(2, _bench.TokenRequests);

        using var call = _client.Track();
        await call.RequestStream.WriteAsync(new OrderRequest { Id = 43 });
        await call.RequestStream.CompleteAsync();
        Assert.Equal([43], await IdsAsync(call.ResponseStream));
        Assert.Equal(2, _bench.TokenRequests);
    }

    [Fact]
    public async Task A_client_of_the_factory_balances_its_calls_over_servers_and_answers_a_rejection()
    {
        var services = new ServiceCollection();
        services.AddWorkloadIdentity(_bench.Acquirer);
        services.AddSingleton<ResolverFactory>(new StaticResolverFactory(_ =>
            [new BalancerAddress(_bench.Orders.GrpcAddress.Host, _bench.Orders.GrpcAddress.Port)]));
        services.AddGrpcClient<Orders.OrdersClient>(options => options.Address = new Uri("static:///orders"))
            .ConfigureChannel(channel =>
            {
                channel.Credentials = ChannelCredentials.Insecure;
                channel.UnsafeUseInsecureChannelCallCredentials = true;
            })
            .AddGrpcAccessToken(OrdersBench.Scope);
        await using var provider = services.BuildServiceProvider();
        var client = provider.GetRequiredService<Orders.OrdersClient>();
        Assert.Equal(_bench.Entra.Application.ClientId, (await client.GetAsync(new OrderRequest { Id = 42 })).Caller);

        _bench.Orders.RejectNextCall();

        Assert.Equal(43, (await client.GetAsync(new OrderRequest { Id = 43 })).Id);
        Assert.Equal(2, _bench.TokenRequests);
    }

    [Fact]
    public async Task A_client_of_the_factory_sends_tokens_over_plain_http_to_this_machine_alone()
    {
        Assert.Equal(42, (await OfFactory(_bench.Orders.GrpcAddress).GetAsync(new OrderRequest { Id = 42 })).Id);

        var refusal = Assert.Throws<InvalidOperationException>(
            () => OfFactory(new Uri($"http://localhost:{_bench.Orders.GrpcAddress.Port}")));
        Assert.Contains("has no TLS", refusal.Message, StringComparison.Ordinal);
        Assert.Throws<InvalidOperationException>(() => OfFactory(new Uri("static:///orders"), ChannelCredentials.Insecure));
        Assert.NotNull(OfFactory(new Uri("https://orders.contoso.com")));
    }

    [Fact]
    public async Task A_channel_without_TLS_says_why_no_token_was_sent()
    {
        using var channel = GrpcChannel.ForAddress(_bench.Orders.GrpcAddress);

        var failure = await Assert.ThrowsAsync<RpcException>(
            async () => await GrpcClient.OfChannel(_bench.Acquirer, channel).GetAsync(new OrderRequest { Id = 42 }));

        Assert.Equal(StatusCode.Unauthenticated, failure.StatusCode);
        Assert.Contains("UnsafeUseInsecureChannelCallCredentials", failure.Status.Detail, StringComparison.Ordinal);
        Assert.Equal(0, _bench.TokenRequests);
    }

    [Fact]
    public async Task Without_a_token_nothing_is_sent_and_the_exception_holds_the_reason()
    {
        using var acquirer = new TokenAcquirer(FakeCredential.Failing(new TokenError(TokenErrorKind.Refused, "No consent.")));

        var failure = await Assert.ThrowsAsync<RpcException>(
            async () => await GrpcClient.OfChannel(acquirer, _channel).GetAsync(new OrderRequest { Id = 42 }));

        Assert.IsType<TokenAcquisitionException>(failure.Status.DebugException);
        Assert.Contains("No consent.", failure.Status.Detail, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_renewal_that_Entra_refuses_is_told_with_the_rejection(bool isBlocking)
    {
        await _client.GetAsync(new OrderRequest { Id = 42 });
        _bench.Entra.Application.RemoveSecret(_bench.Secret);
        _bench.Orders.RejectNextCall();

        var request = new OrderRequest { Id = 43 };
        var failure = await Assert.ThrowsAsync<RpcException>(
            async () => _ = isBlocking ? _client.Get(request) : await _client.GetAsync(request));

        Assert.Equal(StatusCode.Unauthenticated, failure.StatusCode);
        Assert.Contains("The token was revoked. The token could not be renewed: ", failure.Status.Detail, StringComparison.Ordinal);
        Assert.IsType<TokenAcquisitionException>(failure.Status.DebugException);
    }

    [Fact]
    public async Task A_call_with_an_authorization_header_of_its_own_is_left_alone()
    {
        var headers = new Metadata { { "authorization", "Bearer of-the-application" } };

        await Assert.ThrowsAsync<RpcException>(async () => await _client.GetAsync(new OrderRequest { Id = 42 }, headers));

        Assert.Equal(0, _bench.TokenRequests);
    }

    [Fact]
    public void A_token_that_is_a_credential_is_refused() =>
        Assert.Throws<ArgumentException>(
            () => new AccessTokenInterceptor(_bench.Acquirer, new TokenRequest("api://AzureADTokenExchange/.default")));

    [Theory]
    [InlineData(TokenBinding.Preferred)]
    [InlineData(TokenBinding.Required)]
    public void A_token_that_may_be_bound_to_a_certificate_is_refused(TokenBinding binding) =>
        Assert.Throws<ArgumentException>(
            "request", () => new AccessTokenInterceptor(_bench.Acquirer, new TokenRequest(OrdersBench.Scope) { Binding = binding }));

    [Fact]
    public void A_client_of_the_factory_refuses_it_where_it_is_registered() =>
        Assert.Throws<ArgumentException>("scope", () => new ServiceCollection()
            .AddGrpcClient<Orders.OrdersClient>()
            .AddGrpcAccessToken("api://AzureADTokenExchange/.default"));

    private void Reject(bool byStatusOfHttp)
    {
        if (byStatusOfHttp)
        {
            _bench.Orders.RejectNext();
        }
        else
        {
            _bench.Orders.RejectNextCall();
        }
    }

    private Orders.OrdersClient OfFactory(Uri address, ChannelCredentials? credentials = null)
    {
        var services = new ServiceCollection();
        services.AddWorkloadIdentity(_bench.Acquirer);
        services.AddGrpcClient<Orders.OrdersClient>(options => options.Address = address)
            .ConfigureChannel(channel => channel.Credentials = credentials)
            .AddGrpcAccessToken(OrdersBench.Scope);
        return services.BuildServiceProvider().GetRequiredService<Orders.OrdersClient>();
    }

    private static async Task<List<int>> IdsAsync(IAsyncStreamReader<Order> orders) =>
        await orders.ReadAllAsync().Select(order => order.Id).ToListAsync();
}
