using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using WorkloadIdentity.Testing;
using static WorkloadIdentity.Tests.EmulatorCalls;

namespace WorkloadIdentity.Tests;

public sealed class EmulatedApiTests : IClassFixture<EmulatorFixture>
{
    private static readonly RSA ForgersKey = TestCertificate.Key("forger");

    private readonly FakeClock _clock;
    private readonly EntraEmulator _entra;

    public EmulatedApiTests(EmulatorFixture fixture)
    {
        _clock = fixture.Clock;
        _entra = fixture.Fresh();
    }

    [Fact]
    public async Task A_living_token_is_accepted_and_its_caller_named()
    {
        _entra.Application.AssignRole(_entra.Api, "Orders.Read");
        var token = await _entra.TokenAsync();

        var reply = await _entra.CallAsync(token);

        Assert.Equal(200, reply.Status);
        Assert.Equal(_entra.Application.ClientId, reply.Json.GetProperty("clientId").GetString());
        Assert.Equal(_entra.Tenant.Id, reply.Json.GetProperty("tenantId").GetString());
        Assert.Equal(_entra.Application.ObjectId, reply.Json.GetProperty("objectId").GetString());
        Assert.Equal("Orders.Read", reply.Json.GetProperty("roles")[0].GetString());
        Assert.DoesNotContain(token, reply.Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Any_method_and_path_below_its_address_is_the_api()
    {
        var request = new HttpRequestMessage(HttpMethod.Post, new Uri(_entra.Api.Url, "orders/42?x=y"))
        {
            Content = new StringContent("{}"),
            Headers = { Authorization = new AuthenticationHeaderValue("Bearer", await _entra.TokenAsync()) },
        };

        Assert.Equal(200, (await _entra.SendAsync(request)).Status);
        var entry = Assert.Single(_entra.Journal.ApiRequests);
        Assert.Equal(
            ("POST", "orders/42", _entra.Api.Audience, _entra.Application.ClientId),
            (entry.Method, entry.Path, entry.Audience, entry.ClientId));
    }

    [Fact]
    public async Task Without_a_token_it_names_the_scheme_and_no_error()
    {
        var reply = await _entra.CallAsync(null);

        Assert.Equal(401, reply.Status);
        Assert.StartsWith("Bearer ", reply.Headers["WWW-Authenticate"], StringComparison.Ordinal);
        Assert.DoesNotContain("error", reply.Headers["WWW-Authenticate"], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("garbage")]
    [InlineData("another emulator's")]
    [InlineData("forged with another key")]
    [InlineData("algorithm none")]
    [InlineData("another audience")]
    [InlineData("signature stripped")]
    [InlineData("an external issuer's")]
    public async Task A_token_that_is_not_for_it_is_rejected(string what)
    {
        var good = await _entra.TokenAsync();
        var claims = JsonNode.Parse(Claims(good).GetRawText())!.AsObject();
        var token = what switch
        {
            "garbage" => "garbage",
            "another emulator's" => await TokenOfAnotherAsync(),
            "forged with another key" =>
                Sign(new JsonObject { ["alg"] = "RS256", ["typ"] = "JWT" }, claims, ForgersKey, RSASignaturePadding.Pkcs1),
            "algorithm none" => Sign(new JsonObject { ["alg"] = "none" }, claims, ForgersKey, RSASignaturePadding.Pkcs1),
            "another audience" => await _entra.TokenAsync(scope: "api://AzureADTokenExchange/.default"),
            "signature stripped" => good[..(good.LastIndexOf('.') + 1)],
            "an external issuer's" => _entra.AddIssuer("https://issuer.example").Issue("me", _entra.Api.Audience),
            _ => throw new ArgumentOutOfRangeException(nameof(what)),
        };

        var reply = await _entra.CallAsync(token);

        Assert.Equal(401, reply.Status);
        Assert.Contains("error=\"invalid_token\"", reply.Headers["WWW-Authenticate"], StringComparison.Ordinal);
        var entry = Assert.Single(_entra.Journal.ApiRequests);
        Assert.Equal((401, "invalid_token", null), (entry.Status, entry.Error, entry.ClientId));
        Assert.Equal(EmulatorJournal.Hash(token), entry.TokenHash);
    }

    [Fact]
    public async Task A_token_is_accepted_to_its_last_second_and_not_beyond()
    {
        var token = await _entra.TokenAsync();

        _clock.Advance(TimeSpan.FromHours(1) - TimeSpan.FromSeconds(1));
        Assert.Equal(200, (await _entra.CallAsync(token)).Status);

        _clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(401, (await _entra.CallAsync(token)).Status);
    }

    [Fact]
    public async Task A_revoked_token_is_rejected_and_the_next_one_is_not()
    {
        var token = await _entra.TokenAsync();
        Assert.Equal(200, (await _entra.CallAsync(token)).Status);

        _entra.Revoke(new AccessToken(token, _clock.Now.AddHours(1)));

        Assert.Contains("invalid_token", (await _entra.CallAsync(token)).Headers["WWW-Authenticate"], StringComparison.Ordinal);
        Assert.Equal(200, (await _entra.CallAsync(await _entra.TokenAsync())).Status);
    }

    [Fact]
    public async Task Each_api_takes_tokens_of_its_own_audience()
    {
        var orders = _entra.AddApi("api://orders");
        var token = await _entra.TokenAsync(scope: orders.Scope);

        Assert.Equal(200, (await _entra.CallAsync(token, orders)).Status);
        Assert.Equal(401, (await _entra.CallAsync(token)).Status);
        Assert.Throws<ArgumentException>(() => _entra.AddApi("api://orders"));
        Assert.Throws<ArgumentException>(() => _entra.AddApi("api://new/.default"));
    }

    /// <summary>As like one of the emulator's own as it can be made elsewhere: same tenant, same audience.</summary>
    private async Task<string> TokenOfAnotherAsync()
    {
        await using var elsewhere = await EntraEmulator.StartAsync(new() { TimeProvider = _clock, TenantId = _entra.Tenant.Id });
        return await elsewhere.TokenAsync();
    }
}
