using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using WorkloadIdentity.Testing;

namespace WorkloadIdentity.Tests;

/// <summary>Tokens that are bound to a certificate, against an API that compares it with the certificate in TLS.</summary>
public sealed class MutualTlsHandlerTests(BoundBench bench) : IClassFixture<BoundBench>
{
    private readonly BoundBench _bench = bench.Fresh();

    private EntraEmulator Entra => _bench.Entra;

    private Uri Api => new(Entra.SecureAddress, Entra.Api.Url.AbsolutePath);

    [Fact]
    public async Task A_bound_token_and_its_certificate_reach_the_api()
    {
        Entra.Api.RequiresBoundTokens = true;
        using var services = _bench.Services();
        using var client = services.GetRequiredService<IHttpClientFactory>().CreateClient("orders");

        var answer = JsonDocument.Parse(await client.GetStringAsync(new Uri("stock", UriKind.Relative))).RootElement;

        Assert.True(answer.GetProperty("isBound").GetBoolean());
        Assert.Equal(_bench.App.ClientId, answer.GetProperty("clientId").GetString());
        var asked = Assert.Single(Entra.Journal.TokenRequests);
        Assert.Equal((ClientAuthenticationMethod.MutualTls, "mtls_pop", "client_credentials"),
            (asked.ClientAuthentication, asked.TokenType, asked.GrantType));
        Assert.Null(asked.CredentialHash);
        Assert.Equal(Thumbprint(_bench.First), asked.CertificateThumbprint);
    }

    [Fact]
    public async Task A_synchronous_call_presents_the_certificate_too()
    {
        using var services = _bench.Services();
        using var client = services.GetRequiredService<IHttpClientFactory>().CreateClient("orders");
        using var request = new HttpRequestMessage(HttpMethod.Get, "stock");

        using var response = await Task.Run(() => client.Send(request));

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
    }

    [Theory]
    [InlineData("mtls_pop", null, "401 The token is bound to a certificate, and the connection has none.")]
    [InlineData("Bearer", null, "401 The token is bound to a certificate, so the scheme must be mtls_pop.")]
    [InlineData("Bearer", "its own", "401 The token is bound to a certificate, so the scheme must be mtls_pop.")]
    [InlineData("mtls_pop", "renewed", "401 The token is bound to another certificate than that of the connection.")]
    [InlineData("mtls_pop", "its own", "200")]
    public async Task A_stolen_token_is_worthless_without_its_certificate(string scheme, string? certificate, string answer)
    {
        using var acquirer = new TokenAcquirer(_bench.Credential());
        var token = await acquirer.GetTokenAsync(_bench.Request());

        Assert.Equal(
            answer,
            await _bench.StealAsync(
                token, scheme, certificate switch { null => null, "renewed" => _bench.Renewed, _ => _bench.First }));
    }

    [Fact]
    public async Task An_ordinary_token_is_refused_by_an_api_that_requires_bound_ones()
    {
        Entra.Api.RequiresBoundTokens = true;
        var secret = _bench.App.AddSecret();
        var options = _bench.Options();
        options.HttpClient = new HttpClient(Entra.CreateHandler());
        using var acquirer = new TokenAcquirer(
            new ApplicationCredential(Entra.Tenant.Id, _bench.App.ClientId, ClientSecretAuthentication.FromValue(secret), options));

        var token = await acquirer.GetTokenAsync(_bench.Request(TokenBinding.None));

        Assert.Equal("401 The token must be bound to a certificate.", await _bench.StealAsync(token, "Bearer", _bench.First));
        Assert.Equal("401 The token is not bound to a certificate.", await _bench.StealAsync(token, "mtls_pop", _bench.First));
    }

    [Fact]
    public async Task A_renewed_certificate_never_meets_a_token_of_the_old_one()
    {
        var current = _bench.First;
        var credential = _bench.Credential(
            ClientCertificateAuthentication.FromCallback((_, _) => ValueTask.FromResult(current)).BindTokens());
        using var services = _bench.Services(credential);
        using var client = services.GetRequiredService<IHttpClientFactory>().CreateClient("orders");
        var acquirer = services.GetRequiredService<ITokenAcquirer>();

        using var before = await client.GetAsync(Api);
        current = _bench.Renewed;
        using var withOldToken = await client.GetAsync(Api);
        var request = new TokenRequest(Entra.Api.Scope) { Binding = TokenBinding.Required, ContinuousAccess = true };
        var old = await acquirer.GetTokenAsync(request);
        var renewed = await acquirer.RenewTokenAsync(request, old);
        using var after = await client.GetAsync(Api);

        Assert.Equal(
            (HttpStatusCode.OK, HttpStatusCode.OK, HttpStatusCode.OK), (before.StatusCode, withOldToken.StatusCode, after.StatusCode));
        Assert.Equal(
            [Thumbprint(_bench.First), Thumbprint(_bench.Renewed)],
            Entra.Journal.TokenRequests.Select(asked => asked.CertificateThumbprint));
        Assert.Equal((Thumbprint(_bench.First), Thumbprint(_bench.Renewed)),
            (Thumbprint(old.BindingCertificate!), Thumbprint(renewed.BindingCertificate!)));
    }

    [Fact]
    public async Task A_rejected_token_is_renewed_with_the_certificate_that_is_there_now()
    {
        var current = _bench.First;
        using var services = _bench.Services(_bench.Credential(
            ClientCertificateAuthentication.FromCallback((_, _) => ValueTask.FromResult(current)).BindTokens()));
        using var client = services.GetRequiredService<IHttpClientFactory>().CreateClient("orders");
        using var first = await client.GetAsync(Api);
        current = _bench.Renewed;
        Entra.Faults.Api.Next(Fault.RejectToken);

        using var second = await client.GetAsync(Api);

        Assert.Equal(HttpStatusCode.OK, second.StatusCode);
        Assert.Equal(Thumbprint(_bench.Renewed), Entra.Journal.TokenRequests[^1].CertificateThumbprint);
    }

    [Theory]
    [InlineData("another handler", "FakeServer")]
    [InlineData("a handler around the right one", "Wrapper")]
    public async Task A_bound_token_is_not_given_to_a_transport_that_does_not_present_the_certificate(string kind, string name)
    {
        using var server = new FakeServer();
        using var services = _bench.Services(configure: client => client.ConfigurePrimaryHttpMessageHandler(
            () => kind == "another handler" ? server : new Wrapper(new MutualTlsHandler(Entra.Trust))));
        using var client = services.GetRequiredService<IHttpClientFactory>().CreateClient("orders");

        var refused = await Assert.ThrowsAsync<TokenAcquisitionException>(() => client.GetAsync(Api));

        Assert.Equal(TokenErrorKind.NotAllowed, refused.Error.Kind);
        Assert.Contains($"the client's innermost handler ({name}) does not present it, so the token was not sent", refused.Message,
            StringComparison.Ordinal);
        Assert.Empty(server.Requests);
        Assert.Empty(Entra.Journal.ApiRequests);
    }

    [Fact]
    public async Task Without_settings_of_the_application_the_client_gets_the_right_transport()
    {
        var services = new ServiceCollection();
        services.AddWorkloadIdentity().UseCredential(_ => _bench.Credential());
        services.AddHttpClient("orders", http => http.BaseAddress = Api)
            .AddAccessToken(Entra.Api.Scope, options => options.Binding = TokenBinding.Required);
        using var provider = services.BuildServiceProvider();

        // It does not trust the emulator. So it gets as far as TLS, and that is where the request ends.
        var failed = await Assert.ThrowsAsync<HttpRequestException>(
            () => provider.GetRequiredService<IHttpClientFactory>().CreateClient("orders").GetAsync(Api));

        Assert.Equal(HttpRequestError.SecureConnectionError, failed.HttpRequestError);
        Assert.Empty(Entra.Journal.ApiRequests);
    }

    [Fact]
    public async Task A_server_that_does_not_ask_for_the_certificate_gets_no_token()
    {
        await using var server = new LoopbackServer(_ => new(200), _ => TestCertificate.One);
        using var handler = Handler();
        using var client = new HttpClient(handler);

        var refused = await Assert.ThrowsAsync<TokenAcquisitionException>(() => client.GetAsync(server.Address));

        Assert.Contains("did not ask for the certificate 'CN=orders.emulated.example' when the connection was made, so nothing was sent",
            refused.Message, StringComparison.Ordinal);
        Assert.Empty(server.Requests);

        AccessTokenHandler Handler() => new(
            new TokenAcquirer(_bench.Credential()),
            new TokenRequest(Entra.Api.Scope),
            new AccessTokenHandlerOptions { Binding = TokenBinding.Required, AllowedOrigins = { server.Address } })
        {
            InnerHandler = new MutualTlsHandler(sockets =>
                sockets.SslOptions.RemoteCertificateValidationCallback = (_, certificate, _, _) =>
                    certificate!.GetCertHashString() == TestCertificate.One.GetCertHashString()),
        };
    }

    [Fact]
    public async Task A_copy_of_the_message_without_its_note_is_not_sent()
    {
        var copying = new ServiceCollection();
        copying.AddWorkloadIdentity().UseCredential(_ => _bench.Credential());
        copying.AddHttpClient("orders", http => http.BaseAddress = Api)
            .ConfigurePrimaryHttpMessageHandler(() => new MutualTlsHandler(Entra.Trust))
            .AddAccessToken(Entra.Api.Scope, options => options.Binding = TokenBinding.Required)
            .AddHttpMessageHandler(() => new Copier());
        using var provider = copying.BuildServiceProvider();

        var refused = await Assert.ThrowsAsync<TokenAcquisitionException>(
            () => provider.GetRequiredService<IHttpClientFactory>().CreateClient("orders").GetAsync(Api));

        Assert.Contains("the certificate is not known", refused.Message, StringComparison.Ordinal);
        Assert.Empty(Entra.Journal.ApiRequests);
    }

    [Theory]
    [InlineData("Bearer")]
    [InlineData("bearer")]
    [InlineData("DPoP")]
    public async Task A_bound_token_is_not_sent_with_another_scheme(string scheme)
    {
        using var services = _bench.Services(
            inner: new Changer(message => message.Headers.Authorization = new(scheme, message.Headers.Authorization!.Parameter)));
        using var client = services.GetRequiredService<IHttpClientFactory>().CreateClient("orders");

        var refused = await Assert.ThrowsAsync<TokenAcquisitionException>(() => client.GetAsync(Api));

        Assert.Contains("Such a token is sent with the scheme mtls_pop only", refused.Message, StringComparison.Ordinal);
        Assert.Empty(Entra.Journal.ApiRequests);
    }

    [Fact]
    public async Task A_space_before_the_scheme_does_not_hide_a_bound_token()
    {
        using var handler = new MutualTlsHandler(Entra.Trust);
        using var client = new HttpClient(handler);
        using var request = new HttpRequestMessage(HttpMethod.Get, Api);
        request.Headers.TryAddWithoutValidation("Authorization", " mtls_pop a.b.c");

        await Assert.ThrowsAsync<TokenAcquisitionException>(() => client.SendAsync(request));

        Assert.Empty(Entra.Journal.ApiRequests);
    }

    [Theory]
    [InlineData("3.0", HttpVersionPolicy.RequestVersionOrLower, "2.0", HttpVersionPolicy.RequestVersionOrLower)]
    [InlineData("2.0", HttpVersionPolicy.RequestVersionOrHigher, "2.0", HttpVersionPolicy.RequestVersionExact)]
    [InlineData("1.1", HttpVersionPolicy.RequestVersionOrHigher, "2.0", HttpVersionPolicy.RequestVersionOrLower)]
    [InlineData("1.1", HttpVersionPolicy.RequestVersionExact, "1.1", HttpVersionPolicy.RequestVersionExact)]
    public async Task A_bound_token_is_not_sent_over_quic(
        string version, HttpVersionPolicy policy, string sentAs, HttpVersionPolicy sentWith)
    {
        HttpRequestMessage? sent = null;
        using var services = _bench.Services(inner: new Changer(message => sent = message));
        using var client = services.GetRequiredService<IHttpClientFactory>().CreateClient("orders");
        using var request = new HttpRequestMessage(HttpMethod.Get, Api) { Version = Version.Parse(version), VersionPolicy = policy };

        // Whether the emulator takes HTTP/2 does not matter.
        await Record.ExceptionAsync(() => client.SendAsync(request));

        Assert.Equal((Version.Parse(sentAs), sentWith), (sent!.Version, sent.VersionPolicy));
    }

    [Theory]
    [InlineData(HttpVersionPolicy.RequestVersionExact)]
    [InlineData(HttpVersionPolicy.RequestVersionOrHigher)]
    public async Task A_message_that_requires_quic_is_refused(HttpVersionPolicy policy)
    {
        using var services = _bench.Services();
        using var client = services.GetRequiredService<IHttpClientFactory>().CreateClient("orders");
        using var request = new HttpRequestMessage(HttpMethod.Get, Api) { Version = HttpVersion.Version30, VersionPolicy = policy };

        var refused = await Assert.ThrowsAsync<TokenAcquisitionException>(() => client.SendAsync(request));

        Assert.Contains("The message requires HTTP/3.0.", refused.Message, StringComparison.Ordinal);
        Assert.Empty(Entra.Journal.ApiRequests);
    }

    [Theory]
    [InlineData(TokenBinding.Preferred)]
    [InlineData(TokenBinding.Required)]
    public async Task A_token_whose_type_says_that_it_is_bound_is_not_sent_without_its_certificate(TokenBinding binding)
    {
        using var server = new FakeServer();
        var credential = new ScriptedCredential(
            "test",
            _ => TokenResult.Issued(
                new AccessToken("a.b.c", TimeProvider.System.GetUtcNow().AddHours(1), tokenType: "MTLS_POP")))
        {
            Can = RequestFeatures.Binding,
        };
        using var services = _bench.Services(
            credential, binding, client => client.ConfigurePrimaryHttpMessageHandler(() => server));
        using var client = services.GetRequiredService<IHttpClientFactory>().CreateClient("orders");

        var refused = await Assert.ThrowsAsync<TokenAcquisitionException>(() => client.GetAsync(Api));

        Assert.Contains("'test' issued a token of the type MTLS_POP without the certificate", refused.Message, StringComparison.Ordinal);
        Assert.Empty(server.Requests);
    }

    [Fact]
    public async Task A_redirect_is_not_followed()
    {
        await using var elsewhere = new LoopbackServer(_ => new(200), _ => TestCertificate.One);
        Entra.Faults.Api.Next(Fault.Redirect(elsewhere.Address));
        using var services = _bench.Services(configure: client => client.ConfigurePrimaryHttpMessageHandler(() => new MutualTlsHandler(
            sockets =>
            {
                Entra.Trust(sockets);
                sockets.AllowAutoRedirect = true;
            })));
        using var client = services.GetRequiredService<IHttpClientFactory>().CreateClient("orders");

        using var response = await client.GetAsync(Api);

        Assert.Equal(HttpStatusCode.TemporaryRedirect, response.StatusCode);
        Assert.Empty(elsewhere.Requests);
    }

    [Fact]
    public async Task A_message_without_a_bound_token_goes_without_a_certificate()
    {
        using var handler = new MutualTlsHandler(Entra.Trust);
        using var client = new HttpClient(handler);
        using var request = new HttpRequestMessage(HttpMethod.Get, Api) { Headers = { Authorization = new("Bearer", "a.b.c") } };

        using var response = await client.SendAsync(request);

        Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
    }

    [Fact]
    public async Task Many_connections_at_once_all_present_the_certificate()
    {
        Entra.Api.RequiresBoundTokens = true;
        using var services = _bench.Services();
        using var client = services.GetRequiredService<IHttpClientFactory>().CreateClient("orders");
        Entra.Latency = TimeSpan.FromMilliseconds(50);
        try
        {
            for (var round = 0; round < 2; round++)
            {
                client.DefaultRequestHeaders.ConnectionClose = round == 0;
                var statuses = await Task.WhenAll(Enumerable.Range(0, 12).Select(async _ =>
                {
                    using var response = await client.GetAsync(Api);
                    return response.StatusCode;
                }));

                Assert.All(statuses, status => Assert.Equal(HttpStatusCode.OK, status));
            }
        }
        finally
        {
            Entra.Latency = TimeSpan.Zero;
        }
    }

    [Fact]
    public async Task A_new_connection_to_a_host_that_is_known_already_presents_the_certificate_again()
    {
        // By its name: TLS resumes no session with an address.
        var named = new UriBuilder(Api) { Host = "localhost" }.Uri;
        for (var round = 0; round < 3; round++)
        {
            using var services = _bench.Services(configure: client => client.ConfigureHttpClient(http => http.BaseAddress = named));
            using var client = services.GetRequiredService<IHttpClientFactory>().CreateClient("orders");

            using var response = await client.GetAsync(named);

            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        }
    }

    [Fact]
    public async Task A_bound_token_is_not_sent_over_plain_http()
    {
        var handler = new AccessTokenHandler(
            new TokenAcquirer(_bench.Credential()),
            new TokenRequest(Entra.Api.Scope),
            new AccessTokenHandlerOptions { Binding = TokenBinding.Required, AllowedOrigins = { Entra.PlainAddress } })
        {
            InnerHandler = new MutualTlsHandler(Entra.Trust),
        };
        using var client = new HttpClient(handler);

        var refused =
            await Assert.ThrowsAsync<TokenAcquisitionException>(() => client.GetAsync(new Uri(Entra.PlainAddress, Api.AbsolutePath)));

        Assert.Contains("because only a connection with TLS can present the certificate", refused.Message, StringComparison.Ordinal);
        Assert.Empty(Entra.Journal.ApiRequests);
    }

    [Fact]
    public void Plain_http_is_named_before_a_transport_that_does_not_fit()
    {
        var token = new AccessToken("a.b.c", TimeProvider.System.GetUtcNow().AddHours(1)).BoundTo(_bench.First);

        var refusal = BoundTokenCheck.Refuse(
            token, TokenBinding.Required, new Uri("http://orders.example/"), Entra.Api.Scope, pipeline: null);

        Assert.EndsWith("because only a connection with TLS can present the certificate. Use https.", refusal!.Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_address_that_a_handler_changed_to_plain_http_gets_no_bound_token()
    {
        using var handler = new AccessTokenHandler(
            new TokenAcquirer(_bench.Credential()),
            new TokenRequest(Entra.Api.Scope),
            new AccessTokenHandlerOptions { Binding = TokenBinding.Required, AllowedOrigins = { Entra.SecureAddress } })
        {
            InnerHandler = new Changer(message => message.RequestUri = new Uri(Entra.PlainAddress, Api.AbsolutePath))
            {
                InnerHandler = new MutualTlsHandler(Entra.Trust),
            },
        };
        using var client = new HttpClient(handler);

        var refused = await Assert.ThrowsAsync<TokenAcquisitionException>(() => client.GetAsync(Api));

        Assert.Contains("because only a connection with TLS can present the certificate", refused.Message, StringComparison.Ordinal);
        Assert.Empty(Entra.Journal.ApiRequests);
    }

    [Theory]
    [InlineData(TokenBinding.Required, false)]
    [InlineData(TokenBinding.Preferred, true)]
    public async Task An_ordinary_token_is_sent_only_if_the_client_allows_it(TokenBinding binding, bool isSent)
    {
        var credential = new ScriptedCredential(
            "test",
            _ => TokenResult.Issued(new AccessToken("a.b.c", TimeProvider.System.GetUtcNow().AddHours(1))))
        {
            Can = RequestFeatures.Binding,
        };
        using var services = _bench.Services(credential, binding);
        using var client = services.GetRequiredService<IHttpClientFactory>().CreateClient("orders");

        var sending = client.GetAsync(Api);

        if (isSent)
        {
            Assert.Equal(HttpStatusCode.Unauthorized, (await sending).StatusCode);
        }
        else
        {
            var refused = await Assert.ThrowsAsync<TokenAcquisitionException>(() => sending);
            Assert.Contains("and 'test' issued a Bearer token. Call BindTokens()", refused.Message, StringComparison.Ordinal);
            Assert.Empty(Entra.Journal.ApiRequests);
        }
    }

    [Theory]
    [InlineData("https://orders.vault.azure.net/secrets/a", "true")]
    [InlineData("https://orders.managedhsm.azure.net/keys/a", "true")]
    [InlineData("https://orders.vault.usgovcloudapi.net/secrets/a", "true")]
    [InlineData("https://vault.azure.net.evil.example/secrets/a", null)]
    [InlineData("https://graph.microsoft.com/v1.0/me", null)]
    public void Key_vault_is_told_that_a_token_is_bound(string address, string? header)
    {
        using var message = new HttpRequestMessage(HttpMethod.Get, address) { Version = HttpVersion.Version20 };
        var token = new AccessToken("a.b.c", TimeProvider.System.GetUtcNow().AddHours(1));

        var bound = new AuthorizedRequest(message) { Request = _bench.Request() }.With(token.BoundTo(_bench.First)).Message;
        var ordinary = new AuthorizedRequest(message) { Request = _bench.Request() }.With(token).Message;

        Assert.Equal(header, bound.Headers.TryGetValues("x-ms-tokenboundauth", out var values) ? Assert.Single(values) : null);
        Assert.Equal(header is null ? HttpVersion.Version20 : HttpVersion.Version11, bound.Version);
        Assert.Equal("mtls_pop a.b.c", bound.Headers.Authorization!.ToString());
        Assert.False(ordinary.Headers.Contains("x-ms-tokenboundauth"));
    }

    [Fact]
    public void Key_vault_is_not_told_so_of_an_ordinary_token_that_takes_the_place_of_a_bound_one()
    {
        using var message = new HttpRequestMessage(HttpMethod.Get, "https://orders.vault.azure.net/secrets/a");
        var token = new AccessToken("a.b.c", TimeProvider.System.GetUtcNow().AddHours(1));

        var sent = new AuthorizedRequest(message) { Request = _bench.Request() }.With(token.BoundTo(_bench.First)).With(token).Message;

        Assert.Equal("Bearer a.b.c", sent.Headers.Authorization!.ToString());
        Assert.False(sent.Headers.Contains("x-ms-tokenboundauth"));
    }

    [Theory]
    [InlineData("mtls_pop error=\"invalid_token\"", true)]
    [InlineData("Bearer error=\"invalid_token\"", true)]
    [InlineData("PoP error=\"invalid_token\"", false)]
    public void A_challenge_of_either_scheme_rejects_a_bound_token(string challenge, bool isRejection)
    {
        using var response = new HttpResponseMessage(HttpStatusCode.Unauthorized);
        response.Headers.TryAddWithoutValidation("WWW-Authenticate", challenge);

        Assert.Equal(isRejection, TokenRejection.From(response, "mtls_pop", continuousAccess: true) is not null);
        Assert.Null(TokenRejection.From(response, "other", continuousAccess: true));
    }

    [Fact]
    public void A_certificate_stays_with_its_token_and_is_printed_nowhere()
    {
        var token = new AccessToken("a.b.c", TimeProvider.System.GetUtcNow().AddHours(1)).BoundTo(_bench.First)
            .IssuedBy("issuer", "client").AcquiredThrough("outer");

        Assert.Same(_bench.First, token.BindingCertificate);
        Assert.Equal("mtls_pop", token.TokenType);
        Assert.DoesNotContain("orders.emulated", JsonSerializer.Serialize(token), StringComparison.Ordinal);
        using var withoutKey = X509CertificateLoader.LoadCertificate(_bench.First.RawData);
        Assert.Throws<ArgumentException>(() => token.BoundTo(withoutKey));
        Assert.Throws<ArgumentException>(() => AssertionResult.Issued(EntraFake.Jwt(), withoutKey));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task An_ordinary_token_does_not_take_the_place_of_a_rejected_bound_one(bool isSynchronous)
    {
        var ordinary = new AccessToken("d.e.f", TimeProvider.System.GetUtcNow().AddHours(1));
        var tokens = new Queue<AccessToken>([new AccessToken("a.b.c", ordinary.ExpiresOn).BoundTo(_bench.First), ordinary]);
        var credential = new ScriptedCredential("test", _ => TokenResult.Issued(tokens.Dequeue())) { Can = RequestFeatures.Binding };
        using var services = _bench.Services(credential);
        using var client = services.GetRequiredService<IHttpClientFactory>().CreateClient("orders");
        using var request = new HttpRequestMessage(HttpMethod.Get, Api);

        var refused = await Assert.ThrowsAsync<TokenAcquisitionException>(
            () => isSynchronous ? Task.Run(() => client.Send(request)) : client.SendAsync(request));

        Assert.Contains("and 'test' issued a Bearer token. Call BindTokens()", refused.Message, StringComparison.Ordinal);
        Assert.Empty(tokens);
        Assert.Equal(401, Assert.Single(Entra.Journal.ApiRequests).Status);
    }

    [Fact]
    public async Task A_token_of_the_applications_own_goes_without_the_certificate_of_the_token_that_it_replaced()
    {
        using var services = _bench.Services(inner: new Changer(message => message.Headers.Authorization = new("Bearer", "d.e.f")));
        using var client = services.GetRequiredService<IHttpClientFactory>().CreateClient("orders");

        using var response = await client.GetAsync(Api);

        Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
        Assert.Single(Entra.Journal.ApiRequests);
    }

    [Fact]
    public async Task A_bound_token_of_the_applications_own_does_not_get_the_certificate_of_the_token_that_it_replaced()
    {
        using var services = _bench.Services(inner: new Changer(message => message.Headers.Authorization = new("mtls_pop", "d.e.f")));
        using var client = services.GetRequiredService<IHttpClientFactory>().CreateClient("orders");

        var refused = await Assert.ThrowsAsync<TokenAcquisitionException>(() => client.GetAsync(Api));

        Assert.Contains("and the certificate is not known", refused.Message, StringComparison.Ordinal);
        Assert.Empty(Entra.Journal.ApiRequests);
    }

    [Theory]
    [InlineData("orders.vault.azure.net", true)]
    [InlineData("graph.microsoft.com", false)]
    public async Task Only_key_vault_may_ask_for_the_certificate_after_the_handshake(string host, bool isSent)
    {
        await using var server = new LoopbackServer(_ => new(200), _ => TestCertificate.One);
        using var handler = new AccessTokenHandler(
            new TokenAcquirer(_bench.Credential()),
            new TokenRequest(Entra.Api.Scope),
            new AccessTokenHandlerOptions { Binding = TokenBinding.Required, AllowedOrigins = { new Uri($"https://{host}") } })
        {
            InnerHandler = new MutualTlsHandler(sockets =>
            {
                sockets.SslOptions.RemoteCertificateValidationCallback = (_, certificate, _, _) =>
                    certificate!.GetCertHashString() == TestCertificate.One.GetCertHashString();
                sockets.ConnectCallback = async (_, cancellationToken) =>
                {
                    var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
                    await socket.ConnectAsync(IPAddress.Loopback, server.Address.Port, cancellationToken);
                    return new NetworkStream(socket, ownsSocket: true);
                };
            }),
        };
        using var client = new HttpClient(handler);

        var refused = await Record.ExceptionAsync(() => client.GetAsync(new Uri($"https://{host}/secrets/a")));

        Assert.Equal(isSent, refused is null);
        Assert.Equal(isSent ? ["true"] : [], server.Requests.Select(request => request.Headers["x-ms-tokenboundauth"]));
        Assert.True(isSent || refused is TokenAcquisitionException { Error.Kind: TokenErrorKind.NotAllowed });
    }

    private static string Thumbprint(X509Certificate2 certificate) =>
        System.Buffers.Text.Base64Url.EncodeToString(certificate.GetCertHash(HashAlgorithmName.SHA256));

    private sealed class Wrapper(HttpMessageHandler inner) : HttpMessageHandler
    {
        private readonly HttpMessageInvoker _inner = new(inner, disposeHandler: false);

        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
            _inner.SendAsync(request, cancellationToken);

        protected override void Dispose(bool disposing)
        {
            _inner.Dispose();
            base.Dispose(disposing);
        }
    }

    /// <summary>Changes a message, after it got its token.</summary>
    private sealed class Changer(Action<HttpRequestMessage> change) : DelegatingHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            change(request);
            return base.SendAsync(request, cancellationToken);
        }
    }

    /// <summary>Copies a message as text, as people write it.</summary>
    private sealed class Copier : DelegatingHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            var copy = new HttpRequestMessage(request.Method, request.RequestUri);
            copy.Headers.TryAddWithoutValidation("Authorization", request.Headers.Authorization!.ToString());
            return base.SendAsync(copy, cancellationToken);
        }
    }
}
