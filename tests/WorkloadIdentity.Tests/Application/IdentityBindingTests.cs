using System.Buffers.Text;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using WorkloadIdentity.Testing;

namespace WorkloadIdentity.Tests;

/// <summary>Against a real TLS server: names and certificates are what this is about.</summary>
public sealed class IdentityBindingTests : IAsyncLifetime
{
    private const string TokenFile = "/token";
    private const string AuthorityFile = "/ca.crt";

    private static readonly X509Certificate2 OldAuthority = TlsProxy.Authority("old");
    private static readonly X509Certificate2 NewAuthority = TlsProxy.Authority("new");
    private static readonly X509Certificate2 OldCertificate = TlsProxy.Issue(OldAuthority);
    private static readonly X509Certificate2 NewCertificate = TlsProxy.Issue(NewAuthority);

    private readonly Dictionary<string, string> _variables = [];
    private readonly Dictionary<string, byte[]> _files = [];

    private TlsProxy Proxy { get; } = new(OldCertificate, _ => (200, EntraFake.Token()));

    public Task InitializeAsync()
    {
        _variables["AZURE_KUBERNETES_TOKEN_PROXY"] = Proxy.Address.AbsoluteUri;
        _variables["AZURE_KUBERNETES_SNI_NAME"] = TlsProxy.Name;
        _variables["AZURE_KUBERNETES_CA_FILE"] = AuthorityFile;
        Hold(AuthorityFile, Pem(OldAuthority));
        Hold(TokenFile, Jwt(IdentityBinding.Audience));
        return Task.CompletedTask;
    }

    public async Task DisposeAsync() => await Proxy.DisposeAsync();

    [Fact]
    public async Task The_same_form_goes_to_the_proxy_under_its_own_name()
    {
        Assert.Equal("token-1", (await AcquireAsync()).Token!.Value);

        var request = Assert.Single(Proxy.Requests);
        Assert.Equal((HttpMethod.Post, $"/{EntraFake.Tenant}/oauth2/v2.0/token"), (request.Method, request.Uri.AbsolutePath));
        Assert.Equal([TlsProxy.Name], Proxy.Names);
        Assert.Equal(Proxy.Address.Authority, request.Headers["Host"]);
        Assert.Equal(["client_id", "scope", "grant_type", "client_assertion_type", "client_assertion"], request.Form.Keys);
        Assert.Equal(Jwt(IdentityBinding.Audience), request.Form["client_assertion"]);
    }

    [Fact]
    public async Task The_proxys_path_stands_in_front()
    {
        _variables["AZURE_KUBERNETES_TOKEN_PROXY"] = $"{Proxy.Address.AbsoluteUri}tokens%2Fof/x/";

        Assert.NotNull((await AcquireAsync()).Token);

        Assert.Equal($"/tokens%2Fof/x/{EntraFake.Tenant}/oauth2/v2.0/token", Assert.Single(Proxy.Requests).Uri.AbsolutePath);
    }

    public static TheoryData<string, string, string> Joins => new()
    {
        { "https://www.google.com", "https://login.example", "https://www.google.com/" },
        { "https://p.example/a/b", "https://login.example/c", "https://p.example/a/b/c" },
        { "https://p.example/a%2Fb", "https://login.example/c", "https://p.example/a%2Fb/c" },
        { "https://p.example/a%2Fb/", "https://login.example/c%2Fd", "https://p.example/a%2Fb/c%2Fd" },
        {
            "https://p.example:8443/",
            "https://login.example/t/oauth2/v2.0/token?x=%2F&y",
            "https://p.example:8443/t/oauth2/v2.0/token?x=%2F&y"
        },
    };

    [Theory]
    [MemberData(nameof(Joins))]
    public void Paths_are_joined_with_their_escapes(string proxy, string endpoint, string expected) =>
        Assert.Equal(expected, IdentityBinding.Join(new Uri(proxy), new Uri(endpoint)).AbsoluteUri);

    [Fact]
    public async Task Certificates_rotate_with_both_authorities_in_the_file_for_a_while()
    {
        var credential = Credential();
        Assert.NotNull((await AcquireAsync(credential)).Token);

        Hold(AuthorityFile, Pem(OldAuthority) + Pem(NewAuthority));
        Assert.NotNull((await AcquireAsync(credential)).Token);
        Proxy.Certificate = NewCertificate;
        Assert.NotNull((await AcquireAsync(credential)).Token);
        Hold(AuthorityFile, Pem(NewAuthority));
        Assert.NotNull((await AcquireAsync(credential)).Token);

        Proxy.Certificate = OldCertificate;
        Untrusted(await AcquireAsync(credential));
    }

    [Fact]
    public async Task A_rotated_authority_counts_for_connections_that_are_open_already()
    {
        // A server that keeps connections open. What it makes of the assertion does not matter here: a refusal of its own came over TLS.
        await using var server = await EntraEmulator.StartAsync();
        _variables["AZURE_KUBERNETES_TOKEN_PROXY"] = server.SecureAddress.AbsoluteUri;
        _variables.Remove("AZURE_KUBERNETES_SNI_NAME");
        Hold(AuthorityFile, Pem(server.CertificateAuthority));
        var credential = Credential();
        Assert.Equal(TokenErrorKind.Refused, (await AcquireAsync(credential)).Error!.Kind);
        Assert.Equal(TokenErrorKind.Refused, (await AcquireAsync(credential)).Error!.Kind);

        Hold(AuthorityFile, Pem(NewAuthority));
        Untrusted(await AcquireAsync(credential));
        Untrusted(await AcquireAsync(credential));
        Assert.Equal(2, server.Journal.TokenRequests.Count);

        Hold(AuthorityFile, Pem(NewAuthority) + Pem(server.CertificateAuthority));
        Assert.Equal(TokenErrorKind.Refused, (await AcquireAsync(credential)).Error!.Kind);
    }

    [Fact]
    public async Task A_certificate_file_that_is_being_replaced_leaves_the_trust_as_it_was()
    {
        var credential = Credential();
        Assert.NotNull((await AcquireAsync(credential)).Token);

        Hold(AuthorityFile, " \n");
        Assert.NotNull((await AcquireAsync(credential)).Token);
        _files.Remove(AuthorityFile);
        Assert.NotNull((await AcquireAsync(credential)).Token);
    }

    [Fact]
    public async Task Certificates_may_stand_in_a_variable_and_a_file_that_is_not_projected_beside_it_is_no_contradiction()
    {
        _variables["AZURE_KUBERNETES_CA_DATA"] = Pem(OldAuthority);
        Fails(await AcquireAsync(), "both set");

        _files.Remove(AuthorityFile);
        Assert.NotNull((await AcquireAsync()).Token);
        _variables.Remove("AZURE_KUBERNETES_CA_FILE");
        Assert.NotNull((await AcquireAsync()).Token);
    }

    [Fact]
    public async Task Only_the_clusters_authorities_are_trusted_and_only_for_the_name()
    {
        Proxy.Certificate = NewCertificate;
        Untrusted(await AcquireAsync());

        Proxy.Certificate = TlsProxy.Issue(OldAuthority, "other.example");
        Untrusted(await AcquireAsync());

        // Without certificates the system decides, and it does not know this authority.
        Proxy.Certificate = OldCertificate;
        _variables.Remove("AZURE_KUBERNETES_CA_FILE");
        Untrusted(await AcquireAsync());

        Assert.Empty(Proxy.Requests);
    }

    public static TheoryData<string, string?, string> BadVariables => new()
    {
        { "AZURE_KUBERNETES_TOKEN_PROXY", "http://127.0.0.1", "is plain http" },
        { "AZURE_KUBERNETES_TOKEN_PROXY", "canary", "not an absolute https URL" },
        { "AZURE_KUBERNETES_TOKEN_PROXY", "https://canary:x@127.0.0.1", "user information" },
        { "AZURE_KUBERNETES_TOKEN_PROXY", "https://127.0.0.1?canary", "a query or a fragment" },
        { "AZURE_KUBERNETES_TOKEN_PROXY", "https://127.0.0.1#canary", "a query or a fragment" },
        { "AZURE_KUBERNETES_TOKEN_PROXY", "https://127.0.0.1/\r\ncanary", "white space or a control character" },
        { "AZURE_KUBERNETES_TOKEN_PROXY", null, "An identity binding needs both" },
        { "AZURE_KUBERNETES_SNI_NAME", "canary name", "AZURE_KUBERNETES_SNI_NAME is not a host name" },
        { "AZURE_KUBERNETES_CA_FILE", "/not/there", "'/not/there' does not exist" },
    };

    [Theory]
    [MemberData(nameof(BadVariables))]
    public async Task Half_or_hostile_variables_fail_and_nothing_is_sent(string name, string? value, string says)
    {
        if (value is null)
        {
            _variables.Remove(name);
        }
        else
        {
            _variables[name] = value;
        }

        Fails(await AcquireAsync(), says);
        Assert.Empty(Proxy.Names);
    }

    [Theory]
    [InlineData("")]
    [InlineData("canary")]
    [InlineData("-----BEGIN CERTIFICATE-----\ncanary\n-----END CERTIFICATE-----\n")]
    public async Task Certificates_that_are_none_fail(string content)
    {
        Hold(AuthorityFile, content);

        Fails(await AcquireAsync(), content.Length == 0 ? "is empty" : "cannot be read");
        Assert.Empty(Proxy.Names);
    }

    [Fact]
    public async Task A_pod_without_a_binding_is_told_so()
    {
        _variables.Clear();

        var result = await AcquireAsync();

        Assert.Equal((TokenVerdict.Unavailable, TokenErrorKind.NotConfigured), (result.Verdict, result.Error!.Kind));
        Assert.Equal(EntraFake.ClientId, result.Error.ClientId);
    }

    [Theory]
    [InlineData("api://AzureADTokenExchange")]
    [InlineData("api://AzureADTokenExchangeUSGov")]
    [InlineData("API://azureadtokenexchange")]
    [InlineData("fb60f99c-7a34-4190-8149-302f77469936")]
    [InlineData("spn:api://AzureADTokenExchange")]
    [InlineData("api://AKSIdentityBinding\", \"api://AzureADTokenExchange")]
    [InlineData(null)]
    public async Task An_assertion_that_entra_would_take_never_reaches_the_proxy(string? audience)
    {
        Hold(TokenFile, Jwt(audience));

        Fails(await AcquireAsync(), "was not sent");
        Assert.Empty(Proxy.Names);
    }

    [Fact]
    public void A_secret_or_a_client_of_ones_own_does_not_go_with_it()
    {
        var options = Options();
        Assert.Throws<ArgumentException>(
            () => new ApplicationCredential(EntraFake.Tenant, EntraFake.ClientId, ClientSecretAuthentication.FromValue("s"), options));

        options.HttpClient = new FakeServer().Client;
        Assert.Throws<ArgumentException>(() =>
            new ApplicationCredential(
                EntraFake.Tenant, EntraFake.ClientId, new FederatedAuthentication(AssertionSource.FromFile(TokenFile)), options));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task The_default_chain_uses_it_only_when_asked_to(bool isAsked)
    {
        _variables["AZURE_TENANT_ID"] = EntraFake.Tenant;
        _variables["AZURE_CLIENT_ID"] = EntraFake.ClientId;
        _variables["AZURE_FEDERATED_TOKEN_FILE"] = TokenFile;
        var entra =
            new FakeServer { Otherwise = _ => FakeServer.Response(System.Net.HttpStatusCode.Unauthorized, EntraFake.Error(700212)) };

        var result =
            await AcquireAsync(DefaultCredentials.FromEnvironment(
                new() { Environment = Environment, UseIdentityBinding = isAsked, HttpClient = entra.Client }));

        Assert.Equal(isAsked ? TokenVerdict.Issued : TokenVerdict.Failed, result.Verdict);
        Assert.Equal(isAsked ? 0 : 1, entra.Requests.Count);
        Assert.Equal(isAsked ? 1 : 0, Proxy.Requests.Count);
        Assert.Equal(!isAsked, result.Error?.Message.Contains("UseIdentityBinding", StringComparison.Ordinal) == true);
    }

    private WorkloadEnvironment Environment => WorkloadEnvironment.FromValues(_variables, _files);

    private static void Fails(TokenResult result, string says)
    {
        Assert.Equal((TokenVerdict.Failed, TokenErrorKind.InvalidConfiguration), (result.Verdict, result.Error?.Kind));
        Assert.Contains(says, result.Error!.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("canary", result.Error.Message, StringComparison.Ordinal);
        Assert.Equal("wid explain identity-binding", result.Error.Help);
    }

    private static void Untrusted(TokenResult result)
    {
        Assert.Equal((TokenVerdict.Failed, TokenErrorKind.Unreachable), (result.Verdict, result.Error?.Kind));
        Assert.Contains("SecureConnectionError", result.Error!.Message, StringComparison.Ordinal);
    }

    private static string Jwt(string? audience) =>
        $"{Encode("""{"alg":"RS256"}""")}.{Encode(
            audience is null ? "{}" : $$"""{"iss":"https://oidc.example","aud":["{{audience}}"]}""")}.c2ln";

    private static string Encode(string text) => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(text));

    private static string Pem(X509Certificate2 certificate) => certificate.ExportCertificatePem() + "\n";

    private void Hold(string path, string content) => _files[path] = Encoding.UTF8.GetBytes(content);

    private ApplicationCredentialOptions Options() =>
        new() { UseIdentityBinding = true, Environment = Environment, Retry = new() { MaxAttempts = 1 } };

    private ApplicationCredential Credential() =>
        new(EntraFake.Tenant, EntraFake.ClientId, new FederatedAuthentication(AssertionSource.FromFile(TokenFile)), Options());

    private Task<TokenResult> AcquireAsync() => AcquireAsync(Credential());

    private static Task<TokenResult> AcquireAsync(Credential credential) =>
        credential.AcquireAsync(new Acquisition(new TokenRequest(EntraFake.Scope)), CancellationToken.None).AsTask();
}
