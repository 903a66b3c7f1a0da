using System.Text.Json;

namespace WorkloadIdentity.Tests;

public sealed class ApplicationCredentialTests
{
    private readonly EntraFake _entra = new();

    [Theory]
    [InlineData("")]
    [InlineData("contoso.com\n")]
    [InlineData("72f988bf-86f1-41af-91ab-2d7cd011db47\n")]
    [InlineData("{72f988bf-86f1-41af-91ab-2d7cd011db47}")]
    [InlineData("../../evil.example/x")]
    [InlineData("contoso.com/x")]
    [InlineData("contoso.com%2f..")]
    [InlineData("contoso.com?x=")]
    [InlineData("common")]
    public void A_bad_tenant_is_refused_at_construction(string tenant) =>
        Assert.Throws<ArgumentException>("tenantId", () => _entra.Credential(tenant: tenant));

    [Theory]
    [InlineData("")]
    [InlineData("orders-api")]
    [InlineData("{6bf7ab3f-6a37-4f6d-9a3c-2ee0f1d1f8a3}")]
    [InlineData("6bf7ab3f6a374f6d9a3c2ee0f1d1f8a3")]
    [InlineData("6bf7ab3f-6a37-4f6d-9a3c-2ee0f1d1f8a3\n")]
    [InlineData(" 6bf7ab3f-6a37-4f6d-9a3c-2ee0f1d1f8a3")]
    public void A_bad_client_id_is_refused_at_construction(string clientId)
    {
        var secret = ClientSecretAuthentication.FromValue("s");

        Assert.Contains(
            "application (client) id",
            Assert.Throws<ArgumentException>(nameof(clientId), () => new ApplicationCredential(EntraFake.Tenant, clientId, secret)).Message,
            StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(nameof(clientId), () => ApplicationCredential.MultiTenant(clientId, secret));
    }

    [Fact]
    public void Bad_options_are_refused_at_construction()
    {
        Assert.Throws<ArgumentException>(
            "AuthorityHost", () => _entra.Credential(configure: options => options.AuthorityHost = new Uri("https://evil.example")));
        Assert.Throws<ArgumentException>(
            "AdditionallyAllowedTenants", () => _entra.Credential(configure: options => options.AdditionallyAllowedTenants.Add("common")));
        Assert.Throws<ArgumentException>("MaxAttempts", () => _entra.Credential(configure: options => options.Retry.MaxAttempts = 0));
        Assert.NotNull(_entra.Credential(configure: options =>
        {
            options.AuthorityHost = new Uri("https://login.internal.example");
            options.AllowUnknownAuthorityHost = true;
        }));
    }

    [Theory]
    [InlineData("https://contoso.ciamlogin.com")]
    [InlineData("https://login.contoso.example")]
    [InlineData("https://login.contoso.example:8443")]
    public async Task A_host_that_code_allows_is_asked_like_any_other(string host)
    {
        var credential = _entra.Issues().Credential(configure: options =>
        {
            options.AuthorityHost = new Uri(host);
            options.AllowUnknownAuthorityHost = true;
        });

        Assert.Equal(TokenVerdict.Issued, (await _entra.AcquireAsync(credential)).Verdict);
        Assert.Equal($"{host}/{EntraFake.Tenant}/oauth2/v2.0/token", Assert.Single(_entra.Server.Requests).Uri.AbsoluteUri);
        Assert.StartsWith(new Uri(host).Authority, credential.Partition, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(null, TokenVerdict.Failed)]
    [InlineData("api://AzureADTokenExchange", TokenVerdict.Issued)]
    public async Task A_host_that_code_allows_needs_the_audience_of_a_federated_assertion(string? audience, TokenVerdict verdict)
    {
        var federation = new FederatedAuthentication(
            AssertionSource.FromCallback((request, _) => ValueTask.FromResult(EntraFake.Jwt(request.RequireAudience()))), audience);
        var credential = _entra.Issues().Credential(federation, options =>
        {
            options.AuthorityHost = new Uri("https://contoso.ciamlogin.com");
            options.AllowUnknownAuthorityHost = true;
        });

        Assert.Equal(verdict, (await _entra.AcquireAsync(credential)).Verdict);
    }

    [Fact]
    public async Task Options_are_read_once()
    {
        ApplicationCredentialOptions? kept = null;
        var credential = _entra.Credential(configure: options => kept = options);
        kept!.AuthorityHost = new Uri("https://evil.example");
        kept.AdditionallyAllowedTenants.Add("*");
        kept.Retry.MaxAttempts = 100;

        await _entra.Issues().AcquireAsync(credential);
        var other = await _entra.AcquireAsync(credential, new TokenRequest(EntraFake.Scope).ForTenant(EntraFake.OtherTenant));

        Assert.Equal(EntraFake.Endpoint, Assert.Single(_entra.Server.Requests).Uri.AbsoluteUri);
        Assert.Equal(TokenErrorKind.NotAllowed, other.Error!.Kind);
    }

    [Fact]
    public void It_is_named_by_how_it_proves_itself_and_partitioned_by_who_it_is()
    {
        Assert.Equal("client secret", _entra.Credential().Name);
        Assert.Equal("client certificate", _entra.Credential(ClientCertificateAuthentication.FromCertificate(TestCertificate.One)).Name);
        Assert.Equal("federated token file", _entra.Credential(new FederatedAuthentication(AssertionSource.FromFile("/x"))).Name);
        Assert.Equal($"login.microsoftonline.com/{EntraFake.Tenant}/{EntraFake.ClientId}", _entra.Credential().Partition);
        Assert.Equal(
            $"login.microsoftonline.us/*/{EntraFake.ClientId}",
            MultiTenant(options => options.AuthorityHost = EntraCloud.UsGovernment).Partition);
        Assert.Equal(
            $"127.0.0.1:5000/{EntraFake.Tenant}/{EntraFake.ClientId}",
            _entra.Credential(configure: options => options.AuthorityHost = new Uri("http://127.0.0.1:5000")).Partition);
    }

    public static TheoryData<string[], string?, bool> Tenants => new()
    {
        { [], null, true },
        { [], EntraFake.Tenant, true },
        { [], EntraFake.Tenant.ToUpperInvariant(), true },
        { [], EntraFake.OtherTenant, false },
        { ["fabrikam.com"], EntraFake.OtherTenant, false },
        { ["CONTOSO.onmicrosoft.com"], EntraFake.OtherTenant, true },
        { ["*"], EntraFake.OtherTenant, true },
    };

    [Theory]
    [MemberData(nameof(Tenants))]
    public async Task A_request_is_served_in_its_own_tenant_and_in_those_allowed(string[] allowed, string? tenant, bool served)
    {
        _entra.Issues();
        var request = tenant is null ? new TokenRequest(EntraFake.Scope) : new TokenRequest(EntraFake.Scope).ForTenant(tenant);

        var result = await _entra.AcquireAsync(_entra.Credential(configure: options => Allow(options, allowed)), request);

        if (served)
        {
            var lower = (tenant ?? EntraFake.Tenant).ToLowerInvariant();
            Assert.Equal(
                $"https://login.microsoftonline.com/{lower}/oauth2/v2.0/token", Assert.Single(_entra.Server.Requests).Uri.AbsoluteUri);
        }
        else
        {
            Assert.Equal(TokenErrorKind.NotAllowed, result.Error!.Kind);
            Assert.Contains($"options.AdditionallyAllowedTenants.Add(\"{tenant}\");", result.Error.Message, StringComparison.Ordinal);
            Assert.Empty(_entra.Server.Requests);
        }
    }

    [Fact]
    public async Task A_multi_tenant_request_that_forgets_its_tenant_never_means_ones_own()
    {
        var result = await _entra.AcquireAsync(MultiTenant());

        Assert.Equal(TokenVerdict.Failed, result.Verdict);
        Assert.Equal(TokenErrorKind.InvalidConfiguration, result.Error!.Kind);
        Assert.Contains("ForTenant", result.Error.Message, StringComparison.Ordinal);
        Assert.Empty(_entra.Server.Requests);
    }

    [Fact]
    public async Task A_multi_tenant_credential_serves_the_tenant_named_or_only_those_listed()
    {
        var request = new TokenRequest(EntraFake.Scope).ForTenant(EntraFake.OtherTenant);
        await _entra.Issues().AcquireAsync(MultiTenant(), request);
        var refused = await _entra.AcquireAsync(MultiTenant(options => Allow(options, "fabrikam.com")), request);

        Assert.Equal(
            "https://login.microsoftonline.com/contoso.onmicrosoft.com/oauth2/v2.0/token",
            Assert.Single(_entra.Server.Requests).Uri.AbsoluteUri);
        Assert.Equal(TokenErrorKind.NotAllowed, refused.Error!.Kind);
    }

    [Theory]
    [InlineData("https://graph.microsoft.com")]
    [InlineData("https://graph.microsoft.com/User.Read")]
    [InlineData("https://graph.microsoft.com/.default https://vault.azure.net/.default")]
    [InlineData("https://graph.microsoft.com/.DEFAULT")]
    [InlineData("/.default")]
    public async Task A_scope_that_entra_would_refuse_is_refused_here_with_the_fix(string scope)
    {
        var result = await _entra.AcquireAsync(request: new TokenRequest(scope));

        Assert.Equal(TokenErrorKind.InvalidConfiguration, result.Error!.Kind);
        Assert.Contains("/.default", result.Error.Message, StringComparison.Ordinal);
        Assert.Empty(_entra.Server.Requests);
    }

    [Fact]
    public async Task A_scope_is_sent_byte_for_byte()
    {
        await _entra.Issues().AcquireAsync(request: new TokenRequest("https://management.core.windows.net//.default"));

        Assert.Equal("https://management.core.windows.net//.default", _entra.Server.Requests[0].Form["scope"]);
    }

    [Fact]
    public async Task Claims_that_cannot_be_read_fail_without_a_request()
    {
        var result = await _entra.AcquireAsync(claims: "not json");

        Assert.Equal(TokenErrorKind.InvalidConfiguration, result.Error!.Kind);
        Assert.Equal(EntraFake.ClientId, result.Error.ClientId);
        Assert.Empty(_entra.Server.Requests);
    }

    [Fact]
    public async Task A_refused_on_behalf_of_request_hands_the_claims_on()
    {
        _entra.Answers(
            System.Net.HttpStatusCode.BadRequest,
            """{"error":"interaction_required","error_codes":[50076],"claims":"{\"access_token\":{\"polids\":{}}}"}""");

        var error =
            (await _entra.AcquireAsync(request: new TokenRequest("api://orders/read") { UserAssertion = EntraFake.Jwt("user") })).Error!;

        Assert.Equal("""{"access_token":{"polids":{}}}""", error.Claims);
        Assert.Equal(TokenErrorCategory.InteractionRequired, error.Category);
    }

    [Fact]
    public void It_prints_and_serialises_no_secret()
    {
        var credential = _entra.Credential();

        Assert.Equal("client secret", credential.ToString());
        Assert.DoesNotContain("canary", JsonSerializer.Serialize(credential), StringComparison.Ordinal);
    }

    private ApplicationCredential MultiTenant(Action<ApplicationCredentialOptions>? configure = null)
    {
        var options = _entra.Options();
        configure?.Invoke(options);
        return ApplicationCredential.MultiTenant(EntraFake.ClientId, ClientSecretAuthentication.FromValue("secret-canary"), options);
    }

    private static void Allow(ApplicationCredentialOptions options, params string[] tenants)
    {
        foreach (var tenant in tenants)
        {
            options.AdditionallyAllowedTenants.Add(tenant);
        }
    }
}
