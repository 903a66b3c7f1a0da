using WorkloadIdentity.Testing;
using static WorkloadIdentity.Tests.EmulatorCalls;

namespace WorkloadIdentity.Tests;

public sealed class EmulatedManagedIdentityTests : IClassFixture<EmulatorFixture>
{
    private const string Imds = "metadata/identity/oauth2/token?api-version=2018-02-01";
    private const string AppService = "msi/token?api-version=2019-08-01";
    private const string Resource = "&resource=api://emulated-api";
    private static readonly (string, string) Metadata = ("Metadata", "true");

    private readonly FakeClock _clock;
    private readonly EntraEmulator _entra;

    public EmulatedManagedIdentityTests(EmulatorFixture fixture)
    {
        _clock = fixture.Clock;
        _entra = fixture.Fresh();
    }

    private (string, string) IdentityHeader => ("X-IDENTITY-HEADER", _entra.AppServiceEnvironment()["IDENTITY_HEADER"]);

    [Fact]
    public async Task Imds_answers_in_strings()
    {
        var reply = await _entra.GetAsync(Imds + Resource, Metadata);

        Assert.Equal(200, reply.Status);
        Assert.All(reply.Json.EnumerateObject(), property => Assert.Equal(System.Text.Json.JsonValueKind.String, property.Value.ValueKind));
        Assert.Equal("86400", reply.Json.GetProperty("expires_in").GetString());
        Assert.Equal($"{_clock.Now.AddHours(24).ToUnixTimeSeconds()}", reply.Json.GetProperty("expires_on").GetString());
        Assert.Equal("api://emulated-api", reply.Json.GetProperty("resource").GetString());
        Assert.Equal("Bearer", reply.Json.GetProperty("token_type").GetString());
        Assert.Equal("", reply.Json.GetProperty("refresh_token").GetString());
        var claims = Claims(reply.Token);
        Assert.Equal(_entra.SystemAssignedIdentity.ObjectId, claims.GetProperty("oid").GetString());
        Assert.Equal(_entra.SystemAssignedIdentity.ResourceId, claims.GetProperty("xms_mirid").GetString());
        Assert.Equal("api://emulated-api", claims.GetProperty("aud").GetString());
    }

    [Theory]
    [InlineData(null)]
    [InlineData("True")]
    [InlineData("false")]
    public async Task Imds_demands_its_header_to_the_letter(string? header)
    {
        var reply = await _entra.GetAsync(Imds + Resource, header is null ? [] : [("Metadata", header)]);

        Assert.Equal((400, "invalid_request"), (reply.Status, reply.Error));
        Assert.Contains("metadata header", reply.Description, StringComparison.OrdinalIgnoreCase);
        Assert.Equal(header is null, Assert.Single(_entra.Journal.ManagedIdentityRequests).IsProbe);
    }

    [Fact]
    public async Task Imds_refuses_what_was_forwarded() =>
        Assert.Equal(400, (await _entra.GetAsync(Imds + Resource, Metadata, ("X-Forwarded-For", "10.0.0.1"))).Status);

    [Theory]
    [InlineData(Imds + "&resource=", "invalid_resource")]
    [InlineData(Imds, "invalid_resource")]
    [InlineData(Imds + "&resource=api://nobody", "invalid_resource")]
    [InlineData(Imds + Resource + Resource, "invalid_request")]
    [InlineData(Imds + Resource + "&client_id=a&client_id=a", "invalid_request")]
    [InlineData(Imds + Resource + "&client_id=a&object_id=b", "invalid_request")]
    [InlineData(Imds + Resource + "&mi_res_id=a", "invalid_request")]
    [InlineData(Imds + Resource + "&client_id=f0000000-0000-4000-8000-000000000000", "invalid_request")]
    [InlineData("metadata/identity/oauth2/token?resource=api://emulated-api", "bad_request_102")]
    [InlineData("metadata/identity/oauth2/token?api-version=2017-01-01&resource=api://emulated-api", "bad_request_102")]
    [InlineData("metadata/identity/oauth2/token?api-version=latest&resource=api://emulated-api", "bad_request_102")]
    public async Task Imds_refuses_a_bad_query(string query, string error)
    {
        var reply = await _entra.GetAsync(query, Metadata);

        Assert.Equal((400, error), (reply.Status, reply.Error));
    }

    [Fact]
    public async Task Imds_says_when_an_identity_is_not_there()
    {
        var reply = await _entra.GetAsync($"{Imds}{Resource}&object_id={Guid.NewGuid()}", Metadata);

        Assert.Equal("Identity not found", reply.Description);
        Assert.Null(Assert.Single(_entra.Journal.ManagedIdentityRequests).ClientId);
    }

    [Theory]
    [InlineData("client_id")]
    [InlineData("object_id")]
    [InlineData("msi_res_id")]
    public async Task Imds_finds_an_identity_by_each_of_its_names(string selector)
    {
        _entra.AddManagedIdentity();
        var wanted =
            _entra.AddManagedIdentity(objectId: Guid.NewGuid().ToString(), resourceId: $"/subscriptions/{Guid.NewGuid()}/x")
                .AssignRole(_entra.Api, "Orders.Read");
        var value = selector switch { "client_id" => wanted.ClientId, "object_id" => wanted.ObjectId, _ => wanted.ResourceId };

        var reply = await _entra.GetAsync($"{Imds}{Resource}&{selector}={Uri.EscapeDataString(value)}", Metadata);

        Assert.Equal(wanted.ClientId, reply.Json.GetProperty("client_id").GetString());
        Assert.Equal("Orders.Read", Claims(reply.Token).GetProperty("roles")[0].GetString());
        var entry = Assert.Single(_entra.Journal.ManagedIdentityRequests);
        Assert.Equal(
            ("IMDS", "api://emulated-api", $"{selector}={value}", wanted.ClientId),
            (entry.Host, entry.Resource, entry.Selector, entry.ClientId));
    }

    [Fact]
    public async Task Imds_without_a_system_identity_takes_the_only_one_there_is()
    {
        await using var entra = await EntraEmulator.StartAsync(new() { HasSystemAssignedIdentity = false });
        Assert.Equal("Identity not found", (await entra.GetAsync(Imds + Resource, Metadata)).Description);

        var only = entra.AddManagedIdentity();
        Assert.Equal(only.ClientId, (await entra.GetAsync(Imds + Resource, Metadata)).Json.GetProperty("client_id").GetString());

        entra.AddManagedIdentity();
        Assert.Contains("Multiple", (await entra.GetAsync(Imds + Resource, Metadata)).Description, StringComparison.Ordinal);
        Assert.Throws<InvalidOperationException>(() => entra.SystemAssignedIdentity);
    }

    [Fact]
    public async Task App_service_without_a_system_identity_takes_none()
    {
        await using var entra = await EntraEmulator.StartAsync(new() { HasSystemAssignedIdentity = false });
        entra.AddManagedIdentity();

        var reply = await entra.GetAsync(AppService + Resource, ("X-IDENTITY-HEADER", entra.AppServiceEnvironment()["IDENTITY_HEADER"]));

        Assert.Equal(400, reply.Status);
    }

    [Fact]
    public async Task App_service_states_expiry_as_a_string_of_seconds()
    {
        var reply = await _entra.GetAsync(AppService + Resource, IdentityHeader);

        Assert.Equal(200, reply.Status);
        Assert.Equal($"{_clock.Now.AddHours(24).ToUnixTimeSeconds()}", reply.Json.GetProperty("expires_on").GetString());
        Assert.False(reply.Json.TryGetProperty("expires_in", out _));
        Assert.Equal(_entra.SystemAssignedIdentity.ClientId, reply.Json.GetProperty("client_id").GetString());
    }

    [Theory]
    [InlineData("client_id")]
    [InlineData("principal_id")]
    [InlineData("object_id")]
    [InlineData("mi_res_id")]
    public async Task App_service_finds_an_identity_by_each_of_its_names(string selector)
    {
        var wanted = _entra.AddManagedIdentity();
        var value = selector switch { "client_id" => wanted.ClientId, "mi_res_id" => wanted.ResourceId, _ => wanted.ObjectId };

        var reply = await _entra.GetAsync($"{AppService}{Resource}&{selector}={Uri.EscapeDataString(value)}", IdentityHeader);

        Assert.Equal(wanted.ClientId, reply.Json.GetProperty("client_id").GetString());
        Assert.Equal("App Service", Assert.Single(_entra.Journal.ManagedIdentityRequests).Host);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("wrong")]
    public async Task App_service_demands_its_secret(string? secret)
    {
        var reply = await _entra.GetAsync(AppService + Resource, secret is null ? [] : [("X-IDENTITY-HEADER", secret)]);

        Assert.Equal(401, reply.Status);
        Assert.Equal(401, reply.Json.GetProperty("statusCode").GetInt32());
        Assert.True(Guid.TryParseExact(reply.Json.GetProperty("correlationId").GetString(), "D", out _));
    }

    [Theory]
    [InlineData("msi/token?api-version=2017-09-01" + Resource)]
    [InlineData("msi/token?" + Resource)]
    [InlineData(AppService)]
    [InlineData(AppService + Resource + "&msi_res_id=a")]
    [InlineData(AppService + Resource + "&client_id=f0000000-0000-4000-8000-000000000000")]
    public async Task App_service_refuses_a_bad_query(string query)
    {
        var reply = await _entra.GetAsync(query, IdentityHeader);

        Assert.Equal(400, reply.Status);
        Assert.False(string.IsNullOrEmpty(reply.Json.GetProperty("message").GetString()));
    }

    [Fact]
    public async Task Only_GET_is_answered()
    {
        var request =
            new HttpRequestMessage(
                HttpMethod.Post, new Uri(_entra.AuthorityHost, Imds + Resource))
            { Headers = { { "Metadata", "true" } } };

        Assert.Equal(405, (await _entra.SendAsync(request)).Status);
    }

    [Fact]
    public async Task The_environments_name_what_a_workload_would_see()
    {
        var identity = _entra.AddManagedIdentity();

        Assert.Equal(
            new Dictionary<string, string>
            {
                ["AZURE_POD_IDENTITY_AUTHORITY_HOST"] = _entra.AuthorityHost.AbsoluteUri,
                [
                "AZURE_CLIENT_ID"] = identity.ClientId
            },
            _entra.ImdsEnvironment(identity));

        var environment = _entra.AppServiceEnvironment();
        Assert.Equal(["IDENTITY_ENDPOINT", "IDENTITY_HEADER"], environment.Keys.Order());
        Assert.Equal(
            200, (await _entra.GetAsync($"{environment["IDENTITY_ENDPOINT"]}?api-version=2019-08-01{Resource}", IdentityHeader)).Status);
    }

    [Fact]
    public async Task The_lifetime_is_set_apart_from_entras()
    {
        _entra.ManagedIdentityTokenLifetime = TimeSpan.FromMinutes(5);

        Assert.Equal("300", (await _entra.GetAsync(Imds + Resource, Metadata)).Json.GetProperty("expires_in").GetString());
    }
}
