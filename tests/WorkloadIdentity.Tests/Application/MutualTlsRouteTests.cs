using WorkloadIdentity.Testing;

namespace WorkloadIdentity.Tests;

/// <summary>Token requests with a certificate in TLS: where they go, what they ask for, and what is done when Entra refuses.</summary>
public sealed class MutualTlsRouteTests(BoundBench bench) : IClassFixture<BoundBench>
{
    private readonly BoundBench _bench = bench.Fresh();

    private EntraEmulator Entra => _bench.Entra;

    [Theory]
    [InlineData("https://login.microsoftonline.com", "https://mtlsauth.microsoft.com/")]
    [InlineData("https://login.windows.net", "https://mtlsauth.microsoft.com/")]
    [InlineData("https://login.microsoft.com", "https://mtlsauth.microsoft.com/")]
    [InlineData("https://sts.windows.net", "https://mtlsauth.microsoft.com/")]
    [InlineData("https://login.microsoftonline.us", "https://mtlsauth.microsoftonline.us/")]
    [InlineData("https://login.partner.microsoftonline.cn", "https://mtlsauth.partner.microsoftonline.cn/")]
    [InlineData("https://login.sovcloud-identity.fr", "https://mtlsauth.sovcloud-identity.fr/")]
    [InlineData("https://login.sovcloud-identity.de", "https://mtlsauth.sovcloud-identity.de/")]
    [InlineData("https://login.sovcloud-identity.sg", "https://mtlsauth.sovcloud-identity.sg/")]
    [InlineData("https://westus3.mtlsauth.microsoft.com", "https://westus3.mtlsauth.microsoft.com/")]
    [InlineData("https://mtlsauth.microsoft.com", "https://mtlsauth.microsoft.com/")]
    [InlineData("https://127.0.0.1:8443", "https://127.0.0.1:8443/")]
    [InlineData("https://login.usgovcloudapi.net", null)]
    [InlineData("https://login.chinacloudapi.cn", null)]
    [InlineData("https://login-us.microsoftonline.com", null)]
    [InlineData("https://contoso.ciamlogin.com", null)]
    [InlineData("https://login.contoso.com", null)]
    [InlineData("https://login.microsoftonline.com:8443", null)]
    [InlineData("https://a.b.mtlsauth.example", null)]
    [InlineData("http://127.0.0.1:8080", null)]
    public void Each_cloud_has_its_host_for_certificates(string authority, string? host) =>
        Assert.Equal(host, Authority.Require(new Uri(authority), allowUnknown: true, "host").MutualTls?.AbsoluteUri);

    [Theory]
    [InlineData("https://login.chinacloudapi.cn", "No host of login.chinacloudapi.cn is known that takes certificates in TLS.")]
    [InlineData("http://127.0.0.1:9", "127.0.0.1:9 is reached over plain http, where no certificate can be presented.")]
    public async Task A_cloud_without_such_a_host_is_told_apart_before_anything_is_sent(string authority, string says)
    {
        var entra = new EntraFake();

        var result = await entra.AcquireAsync(
            entra.Credential(BoundBench.Binding(TestCertificate.One), options => options.AuthorityHost = new Uri(authority)),
            new TokenRequest(EntraFake.Scope) { Binding = TokenBinding.Required });

        Assert.Equal(TokenErrorKind.InvalidConfiguration, result.Error!.Kind);
        Assert.Contains(says, result.Error.Message, StringComparison.Ordinal);
        Assert.Empty(entra.Server.Requests);
    }

    [Fact]
    public async Task A_client_of_the_application_is_refused_because_it_cannot_present_the_certificate()
    {
        var entra = new EntraFake();

        var result = await entra.AcquireAsync(
            entra.Credential(BoundBench.Binding(TestCertificate.One)),
            new TokenRequest(EntraFake.Scope) { Binding = TokenBinding.Required });

        Assert.Contains("The HttpClient in ApplicationCredentialOptions cannot present the certificate 'CN=one'. Set "
            + "ConfigureMutualTls too: it sets up the connections for bound tokens.", result.Error!.Message,
            StringComparison.Ordinal);
        Assert.Empty(entra.Server.Requests);
    }

    [Fact]
    public async Task A_request_that_does_not_ask_for_a_bound_token_is_refused()
    {
        var result = await AcquireAsync(_bench.Credential(), TokenBinding.None);

        Assert.Equal(TokenErrorKind.InvalidConfiguration, result.Error!.Kind);
        Assert.Contains($"does not ask for a bound token, and application {_bench.App.ClientId} binds its tokens to its certificate",
            result.Error.Message, StringComparison.Ordinal);
        Assert.Empty(Entra.Journal.TokenRequests);
    }

    [Theory]
    [InlineData(TokenBinding.Required)]
    [InlineData(TokenBinding.Preferred)]
    public async Task A_token_for_a_user_is_not_bound(TokenBinding binding)
    {
        _bench.App.AddCertificate(_bench.First);
        var options = _bench.Options();
        options.HttpClient = new HttpClient(Entra.CreateHandler());
        var credential = new ApplicationCredential(Entra.Tenant.Id, _bench.App.ClientId, BoundBench.Binding(_bench.First), options);

        var result = await credential.AcquireAsync(
            new Acquisition(new TokenRequest($"{Entra.Api.Audience}/orders.read")
            {
                Binding = binding,
                UserAssertion = _bench.App.IssueUserToken("bob@emulated.example"),
            }),
            default);

        if (binding == TokenBinding.Preferred)
        {
            Assert.Null(result.Token!.BindingCertificate);
        }
        else
        {
            Assert.Contains("requires a bound token for a user", result.Error!.Message, StringComparison.Ordinal);
            Assert.Empty(Entra.Journal.TokenRequests);
        }
    }

    [Theory]
    [InlineData(392196)]
    [InlineData(392189)]
    [InlineData(51000)]
    public async Task A_refusal_of_bound_tokens_is_explained_and_nothing_else_is_asked_for(int code)
    {
        Entra.Faults.TokenEndpoint.Next(Fault.Refusal(code));

        var result = await AcquireAsync(_bench.Credential(), TokenBinding.Required);

        Assert.Equal((TokenErrorCategory.MutualTls, code), (result.Error!.Category, result.Error.EntraErrorCodes[0]));
        Assert.Contains("Binding", result.Error.Message, StringComparison.Ordinal);
        Assert.Single(Entra.Journal.TokenRequests);
    }

    [Theory]
    [InlineData(392196)]
    [InlineData(3921996)]
    [InlineData(392189)]
    [InlineData(51000)]
    public async Task An_ordinary_token_is_asked_for_if_the_client_allows_it_and_a_warning_says_so(int code)
    {
        using var log = new FakeLog();
        if (code == 392196)
        {
            Entra.Api.AcceptsBoundTokens = false;
        }
        else
        {
            Entra.Faults.TokenEndpoint.Next(Fault.Refusal(code));
        }

        _bench.App.AddCertificate(_bench.First);
        var options = _bench.Options(log);
        options.HttpClient = new HttpClient(Entra.CreateHandler());
        var credential = new ApplicationCredential(Entra.Tenant.Id, _bench.App.ClientId, BoundBench.Binding(_bench.First), options);

        var result = await AcquireAsync(credential, TokenBinding.Preferred);

        Assert.Equal(("Bearer", null), (result.Token!.TokenType, result.Token.BindingCertificate));
        Assert.Contains($"AADSTS{code}", Assert.Single(log.Entries, entry => entry.Id == 205).Text, StringComparison.Ordinal);
        Assert.Equal(
            [(ClientAuthenticationMethod.MutualTls, code), (ClientAuthenticationMethod.Certificate, null)],
            Entra.Journal.TokenRequests.Select(request => (request.ClientAuthentication, request.ErrorCode)));
    }

    [Fact]
    public async Task A_bound_token_that_is_refused_for_another_reason_is_not_replaced_by_an_ordinary_one()
    {
        using var log = new FakeLog();
        Entra.Faults.TokenEndpoint.Next(Fault.Refusal(700016));

        var result = await AcquireAsync(_bench.Credential(log: log), TokenBinding.Preferred);

        Assert.Equal(700016, result.Error!.EntraErrorCodes[0]);
        Assert.Equal(0, log.Count(205));
    }

    [Fact]
    public async Task A_server_that_answers_with_an_ordinary_token_is_not_believed()
    {
        Entra.Faults.TokenEndpoint.Next(Fault.Body("""{"token_type":"Bearer","access_token":"a.b.c","expires_in":3600}"""));

        var result = await AcquireAsync(_bench.Credential(), TokenBinding.Required);

        Assert.Equal(TokenErrorKind.InvalidResponse, result.Error!.Kind);
        Assert.Contains("the token_type is not mtls_pop", result.Error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_token_expires_with_its_certificate()
    {
        using var certificate = _bench.Issue(TimeProvider.System.GetUtcNow().AddMinutes(20));

        var result = await AcquireAsync(_bench.Credential(BoundBench.Binding(certificate)), TokenBinding.Required);

        Assert.Equal(certificate.NotAfter.ToUniversalTime(), result.Token!.ExpiresOn.UtcDateTime);
    }

    [Theory]
    [InlineData("600", true)]
    [InlineData("1800", false)]
    [InlineData("172799", false)]
    [InlineData("1e300", false)]
    public async Task A_token_is_not_refreshed_after_its_certificate_has_expired(string refreshIn, bool isBefore)
    {
        using var certificate = _bench.Issue(TimeProvider.System.GetUtcNow().AddMinutes(20));
        Entra.Faults.TokenEndpoint.Next(Fault.Body(
            $$"""{"token_type":"mtls_pop","access_token":"a.b.c","expires_in":172800,"refresh_in":{{refreshIn}}}"""));

        var result = await AcquireAsync(_bench.Credential(BoundBench.Binding(certificate)), TokenBinding.Required);

        Assert.Equal(certificate.NotAfter.ToUniversalTime(), result.Token!.ExpiresOn.UtcDateTime);
        Assert.Equal(isBefore, result.Token.RefreshOn is not null);
        Assert.True(result.Token.RefreshOn is null || result.Token.RefreshOn < result.Token.ExpiresOn);
    }

    [Fact]
    public async Task An_agent_identitys_token_is_bound_to_its_blueprints_certificate()
    {
        var agent = Entra.AddAgentIdentity(_bench.App);
        var credential = Agent(agent, _bench.Credential());

        var result = await AcquireAsync(credential, TokenBinding.Required);

        Assert.Equal(_bench.First.Thumbprint, result.Token!.BindingCertificate!.Thumbprint);
        Assert.Equal("200", await _bench.StealAsync(result.Token, "mtls_pop", _bench.First));
        Assert.Equal(
            [(ClientAuthenticationMethod.MutualTls, agent.ClientId), (ClientAuthenticationMethod.Federated, null)],
            Entra.Journal.TokenRequests.Select(request => (request.ClientAuthentication, request.FmiPath)));
        Assert.All(Entra.Journal.TokenRequests, request => Assert.Equal("mtls_pop", request.TokenType));
    }

    [Fact]
    public async Task A_bound_assertion_is_sent_with_its_certificate_each_time_also_for_the_agents_user()
    {
        var agent = Entra.AddAgentIdentity(_bench.App);
        var user = agent.AddAgentUser($"{agent.ClientId}@emulated.example");
        var blueprint = _bench.Credential();
        var credential = Agent(agent, new Source(async (_, cancellationToken) =>
        {
            var exchange = new TokenRequest($"{EmulatedIssuer.ExchangeAudience}/.default")
            {
                FmiPath = agent.ClientId,
                Binding = TokenBinding.Required,
            };
            var token = (await blueprint.AcquireAsync(new Acquisition(exchange), cancellationToken)).Token!;
            return AssertionResult.Issued(token.Value, token.BindingCertificate!);
        }));

        var result = await credential.AcquireAsync(
            new Acquisition(new TokenRequest($"{Entra.Api.Audience}/Mail.Read") { AgentUser = AgentUser.FromObjectId(user.ObjectId) }),
            default);

        Assert.Null(result.Error);
        Assert.Null(result.Token!.BindingCertificate);
        Assert.Equal(
            [("mtls_pop", null), (null, null), (null, user.ObjectId)],
            Entra.Journal.TokenRequests.Select(request => (request.TokenType, request.AgentUser)));
        Assert.All(
            Entra.Journal.TokenRequests, request => Assert.Equal(Base64Url(_bench.First), request.CertificateThumbprint));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task The_connection_sends_the_issuers_along_that_the_application_names(bool chainFirst)
    {
        using var authority = new TestAuthority();
        var leaf = ClientCertificateAuthentication.FromCertificate(authority.Leaf);
        var authentication = chainFirst
            ? leaf.WithChain(authority.Intermediate, authority.Root).BindTokens()
            : leaf.BindTokens().WithChain(authority.Intermediate, authority.Root);
        var form = new TokenRequestForm();
        var exchange = new TokenExchange
        {
            Authority = Authority.Require(EntraCloud.Public, allowUnknown: false, "host"),
            TenantId = EntraFake.Tenant,
            ClientId = EntraFake.ClientId,
            Request = _bench.Request(),
            Environment = WorkloadEnvironment.FromProcess(),
            TimeProvider = new FakeClock(),
            BindsToken = true,
        };

        Assert.Null(await authentication.WriteAsync(form, exchange, default));
        var again = new TokenRequestForm();
        await authentication.WriteAsync(again, exchange, default);

        using var handler = MutualTlsConnections.Handler(configure: null, form.Binding);
        Assert.Equal(
            authority.Intermediate.Thumbprint,
            handler.SslOptions.ClientCertificateContext!.IntermediateCertificates[0].Thumbprint);
        Assert.Same(form.Binding, again.Binding);
    }

    [Theory]
    [InlineData(true, TokenBinding.None)]
    [InlineData(false, TokenBinding.Preferred)]
    public async Task The_assertion_for_a_users_token_need_not_be_bound(bool isForUser, TokenBinding asked)
    {
        TokenBinding? seen = null;
        var credential = Agent(_bench.App, new Source((request, _) =>
        {
            seen = request.Binding;
            return ValueTask.FromResult(AssertionResult.Failed(new TokenError(TokenErrorKind.Refused, "No.")));
        }));

        await credential.AcquireAsync(
            new Acquisition(new TokenRequest(isForUser ? $"{Entra.Api.Audience}/orders.read" : Entra.Api.Scope)
            {
                Binding = TokenBinding.Preferred,
                UserAssertion = isForUser ? _bench.App.IssueUserToken("bob@emulated.example") : null,
            }),
            default);

        Assert.Equal(asked, seen);
    }

    [Fact]
    public async Task An_assertion_with_another_certificate_is_refused_and_asked_for_once_more()
    {
        var agent = Entra.AddAgentIdentity(_bench.App);
        var blueprint = _bench.Credential();
        var calls = 0;
        var credential = Agent(agent, new Source(async (request, cancellationToken) =>
        {
            var exchange = new TokenRequest($"{EmulatedIssuer.ExchangeAudience}/.default")
            {
                FmiPath = agent.ClientId,
                Binding = request.Binding,
            };
            var token = (await blueprint.AcquireAsync(new Acquisition(exchange), cancellationToken)).Token!;
            return AssertionResult.Issued(token.Value, ++calls == 1 ? _bench.Renewed : _bench.First);
        }));

        var result = await AcquireAsync(credential, TokenBinding.Required);

        Assert.NotNull(result.Token);
        Assert.Equal([null, 500181, null, null], Entra.Journal.TokenRequests.Select(request => request.ErrorCode));
    }

    [Fact]
    public async Task An_assertion_that_is_not_bound_gives_no_bound_token()
    {
        var cluster = Entra.AddIssuer();
        var app = Entra.AddApplication();
        app.AddFederatedCredential(cluster, "system:serviceaccount:shop:orders");
        var credential = Agent(
            app,
            new Source((_, _) => ValueTask.FromResult(AssertionResult.Issued(cluster.Issue("system:serviceaccount:shop:orders")))));

        var result = await AcquireAsync(credential, TokenBinding.Required);

        Assert.Contains("The assertion of 'test' is not bound to a certificate", result.Error!.Message, StringComparison.Ordinal);
        Assert.Empty(Entra.Journal.TokenRequests);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_key_that_signs_elsewhere_cannot_bind(bool isFixed)
    {
        var authentication = isFixed
            ? ClientCertificateAuthentication.FromSigner(TestCertificate.One, (_, _, _, _) => throw new InvalidOperationException())
            : ClientCertificateAuthentication.FromSigner(
                (_, _) => ValueTask.FromResult(TestCertificate.One), (_, _, _, _) => throw new InvalidOperationException());

        var refused = Assert.Throws<InvalidOperationException>(authentication.BindTokens);
        Assert.Contains("its key signs elsewhere", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_chain_keeps_the_binding() =>
        Assert.True(BoundBench.Binding(TestCertificate.One).WithChain(TestCertificate.Two).BindsTokens);

    [Theory]
    [InlineData(typeof(ManagedIdentityCredential))]
    [InlineData(typeof(ApplicationCredential))]
    public async Task A_credential_that_cannot_bind_refuses_a_request_that_requires_it(Type kind)
    {
        var entra = new EntraFake();
        Credential credential = kind == typeof(ApplicationCredential)
            ? entra.Credential()
            : new ManagedIdentityCredential(options: new() { Environment = entra.Environment(), HttpClient = entra.Server.Client });

        var result = await entra.AcquireAsync(credential, new TokenRequest(EntraFake.Scope) { Binding = TokenBinding.Required });

        Assert.Equal(RequestFeatures.Binding, result.Error!.UnsupportedFeatures);
        Assert.EndsWith(
            "cannot bind a token to a certificate. Use an application with a certificate, and call BindTokens() on its "
                + "ClientCertificateAuthentication.",
            result.Error.Message,
            StringComparison.Ordinal);
        Assert.Empty(entra.Server.Requests);
    }

    [Fact]
    public async Task Bound_tokens_never_enter_the_second_level()
    {
        var bench = new StoreBench();
        using var acquirer = new TokenAcquirer(_bench.Credential(), new() { Store = bench.Store() });

        await acquirer.GetTokenAsync(_bench.Request());

        Assert.Empty(bench.Cache.Entries);
        Assert.False(TokenStore.MayShare(_bench.Request(TokenBinding.Preferred)));
        Assert.True(TokenStore.MayShare(_bench.Request(TokenBinding.None)));
    }

    [Fact]
    public void Bound_and_ordinary_tokens_have_cache_entries_of_their_own()
    {
        var ordinary = _bench.Request(TokenBinding.None);

        Assert.NotEqual(ordinary, _bench.Request());
        Assert.NotEqual(ordinary.GetHashCode(), _bench.Request().GetHashCode());
        Assert.Equal(_bench.Request(), ordinary.BoundAs(TokenBinding.Required));
        Assert.Equal(TokenBinding.Required, _bench.Request().ForTenant(EntraFake.Tenant).Binding);
    }

    private static string Base64Url(System.Security.Cryptography.X509Certificates.X509Certificate2 certificate) =>
        System.Buffers.Text.Base64Url.EncodeToString(certificate.GetCertHash(System.Security.Cryptography.HashAlgorithmName.SHA256));

    private Task<TokenResult> AcquireAsync(Credential credential, TokenBinding binding) =>
        credential.AcquireAsync(new Acquisition(_bench.Request(binding)), default).AsTask();

    private ApplicationCredential Agent(EmulatedApplication agent, Credential blueprint) =>
        Agent(agent, AssertionSource.FromAgentIdentityBlueprint(blueprint));

    private ApplicationCredential Agent(EmulatedApplication agent, AssertionSource source) => new(
        Entra.Tenant.Id, agent.ClientId, new FederatedAuthentication(source, EmulatedIssuer.ExchangeAudience), _bench.Options());

    private sealed class Source(Func<AssertionRequest, CancellationToken, ValueTask<AssertionResult>> get) : AssertionSource
    {
        public override string Name => "test";

        public override ValueTask<AssertionResult> GetAssertionAsync(AssertionRequest request, CancellationToken cancellationToken) =>
            get(request, cancellationToken);
    }
}
