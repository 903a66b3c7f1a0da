namespace WorkloadIdentity.Tests;

public sealed class TokenRequestTests
{
    [Fact]
    public void Requests_with_the_same_fields_are_one_key()
    {
        var one =
            new TokenRequest(
                "api://a/.default")
            { TenantId = "contoso.com", FmiPath = "x", ContinuousAccess = true, UserAssertion = "jwt" };
        var two =
            new TokenRequest(
                "api://a/.default")
            { TenantId = "contoso.com", FmiPath = "x", ContinuousAccess = true, UserAssertion = "jwt" };

        Assert.Equal(one, two);
        Assert.Equal(one.GetHashCode(), two.GetHashCode());
    }

    [Fact]
    public void The_letter_case_of_a_tenant_makes_no_other_key()
    {
        const string Guid = "72F988BF-86F1-41AF-91AB-2D7CD011DB47";
        foreach (var tenant in new[] { Guid, "Contoso.OnMicrosoft.com" })
        {
            var lower = new TokenRequest("api://a/.default") { TenantId = tenant.ToLowerInvariant() };
            TokenRequest[] named = [new("api://a/.default") { TenantId = tenant }, new TokenRequest("api://a/.default").ForTenant(tenant)];
            foreach (var same in named)
            {
                Assert.Equal(lower, same);
                Assert.Equal(lower.GetHashCode(), same.GetHashCode());
            }
        }
    }

    [Fact]
    public void The_letter_case_of_a_tenant_makes_no_other_partition()
    {
        var secret = ClientSecretAuthentication.FromValue("a-secret");

        Assert.Equal(
            new ApplicationCredential("72f988bf-86f1-41af-91ab-2d7cd011db47", EntraFake.ClientId, secret).Partition,
            new ApplicationCredential("72F988BF-86F1-41AF-91AB-2D7CD011DB47", EntraFake.ClientId, secret).Partition);
    }

    [Fact]
    public async Task The_letter_case_of_a_tenant_makes_no_other_acquisition()
    {
        var credential = ControlledCredential.Issuing(new FakeClock(), TimeSpan.FromHours(1));
        using var acquirer = new TokenAcquirer(credential, new TokenAcquirerOptions { TimeProvider = new FakeClock() });
        var request = new TokenRequest("api://a/.default");

        var token = await acquirer.GetTokenAsync(request.ForTenant("contoso.com"));

        Assert.Same(token, await acquirer.GetTokenAsync(request.ForTenant("CONTOSO.com")));
    }

    public static TheoryData<string, TokenRequest> Different => new()
    {
        { "scope", new("api://b/.default") },
        { "tenant", new("api://a/.default") { TenantId = "contoso.com" } },
        { "user", new("api://a/.default") { UserAssertion = "jwt" } },
        { "fmi path", new("api://a/.default") { FmiPath = "x" } },
        { "agent user", new("api://a/.default") { AgentUser = AgentUser.FromUserName("agent@contoso.com") } },
        { "continuous access", new("api://a/.default") { ContinuousAccess = true } },
    };

    [Theory]
    [MemberData(nameof(Different))]
    public void A_request_that_differs_in_one_field_is_another_key(string field, TokenRequest other)
    {
        Assert.NotEqual(new TokenRequest("api://a/.default"), other);
        Assert.False(string.IsNullOrEmpty(field));
    }

    [Theory]
    [InlineData("")]
    [InlineData("  ")]
    [InlineData("api://a/.default\r\nX: y")]
    public void A_bad_scope_is_refused_at_construction(string scope) => Assert.Throws<ArgumentException>(() => new TokenRequest(scope));

    [Theory]
    [InlineData("")]
    [InlineData("contoso.com\n")]
    [InlineData("72f988bf-86f1-41af-91ab-2d7cd011db47\n")]
    [InlineData(" 72f988bf-86f1-41af-91ab-2d7cd011db47")]
    [InlineData("{72f988bf-86f1-41af-91ab-2d7cd011db47}")]
    [InlineData("../../evil.example/x")]
    [InlineData("contoso.com/x")]
    [InlineData("contoso..com")]
    [InlineData("contoso")]
    [InlineData("common")]
    [InlineData("Organizations")]
    [InlineData("consumers")]
    public void A_bad_tenant_is_refused_at_construction(string tenant)
    {
        Assert.Throws<ArgumentException>(() => new TokenRequest("api://a/.default") { TenantId = tenant });
        Assert.Throws<ArgumentException>(() => new TokenRequest("api://a/.default").ForTenant(tenant));
    }

    [Theory]
    [InlineData("72f988bf-86f1-41af-91ab-2d7cd011db47")]
    [InlineData("contoso.onmicrosoft.com")]
    [InlineData("xn--bcher-kva.example")]
    public void A_tenant_is_a_guid_or_a_domain(string tenant) =>
        Assert.Equal(tenant, new TokenRequest("api://a/.default").ForTenant(tenant).TenantId);

    [Fact]
    public void ForTenant_keeps_everything_else()
    {
        var request =
            new TokenRequest("api://a/.default") { FmiPath = "x", ContinuousAccess = true, UserAssertion = "jwt" }.ForTenant("contoso.com");

        Assert.Equal(
            new TokenRequest(
                "api://a/.default")
            { TenantId = "contoso.com", FmiPath = "x", ContinuousAccess = true, UserAssertion = "jwt" },
            request);
    }

    [Fact]
    public void It_never_prints_the_user_assertion() =>
        Assert.DoesNotContain(
            "canary", new TokenRequest("api://a/.default") { UserAssertion = "canary" }.ToString(), StringComparison.Ordinal);

    [Fact]
    public void A_request_for_an_ordinary_token_is_sendable()
    {
        var request = new TokenRequest("api://orders/.default") { TenantId = "contoso.com", UserAssertion = "jwt" };

        Assert.Same(request, request.RequireSendable("the database server", "the scope of the database server"));
    }

    [Theory]
    [InlineData("api://AzureADTokenExchange/.default")]
    [InlineData("api://AzureADTokenExchangeUSGov/.default")]
    [InlineData("fb60f99c-7a34-4190-8149-302f77469936/.default")]
    public void A_token_that_is_itself_a_credential_is_not_sendable(string scope)
    {
        var refused = Assert.Throws<ArgumentException>(
            nameof(scope), () => new TokenRequest(scope).RequireSendable("the hub", "the scope of the hub", nameof(scope)));

        Assert.Equal(
            $"The scope '{scope}' asks for a token that is itself a credential for Entra: the hub could act as the application that trusts "
                + "it. Use the scope of the hub.",
            TokenError.Explain(refused));
        Assert.Contains(
            "the API could act",
            Assert.Throws<ArgumentException>("request", () => new TokenRequest(scope).RequireForApi("request")).Message,
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(TokenBinding.Preferred)]
    [InlineData(TokenBinding.Required)]
    public void A_token_that_may_be_bound_to_a_certificate_is_not_sendable(TokenBinding binding)
    {
        var request = new TokenRequest("api://orders/.default") { Binding = binding };

        var refused = Assert.Throws<ArgumentException>(() => request.RequireSendable("the hub", "the scope of the hub"));

        Assert.Equal(
            "The request asks for a token that is bound to a certificate, and it would be sent to the hub without the certificate. Leave "
                + "out Binding.",
            refused.Message);
        Assert.Same(request, request.RequireForApi("request"));
    }

    [Theory]
    [InlineData("", "the scope of the hub")]
    [InlineData("the hub", " ")]
    public void A_refusal_names_the_receiver_and_the_scope_to_use(string receiver, string scope) =>
        Assert.Throws<ArgumentException>(() => new TokenRequest("api://orders/.default").RequireSendable(receiver, scope));

    [Fact]
    public void Its_cache_key_equals_for_equal_requests_and_holds_no_user_assertion()
    {
        TokenRequest OnBehalfOf(string user) => new("api://a/.default") { UserAssertion = user, TenantId = "contoso.com" };
        var key = OnBehalfOf("canary").CacheKey;

        Assert.Equal(OnBehalfOf("canary").CacheKey, key);
        Assert.NotEqual(OnBehalfOf("another").CacheKey, key);
        Assert.NotEqual(OnBehalfOf("canary").ForTenant("fabrikam.com").CacheKey, key);
        Assert.DoesNotContain("canary", key.UserAssertion, StringComparison.Ordinal);
    }
}
