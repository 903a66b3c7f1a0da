using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using WorkloadIdentity.Testing;

namespace WorkloadIdentity.Tests;

/// <summary>The emulated Graph refuses what Graph refuses when credentials are added and removed.</summary>
public sealed class GraphCredentialRoutesTests : IAsyncLifetime
{
    private readonly FakeClock _clock = new();
    private GraphTestCaller _graph = null!;
    private EmulatedApplication _application = null!;
    private string _id = "";

    public async Task InitializeAsync()
    {
        _graph = await GraphTestCaller.StartAsync(0, _clock, ["Application.ReadWrite.All", "Policy.ReadWrite.ApplicationConfiguration"]);
        _application = _graph.Entra.AddApplication().AddCertificate(TestCertificate.One);
        _id = (await _graph.GetAsync($"v1.0/applications(appId='{_application.ClientId}')")).Json.GetProperty("id").GetString()!;
    }

    public async Task DisposeAsync() => await _graph.DisposeAsync();

    /// <summary>What is wrong with a proof; the first one is right.</summary>
    public static TheoryData<string, int> Proofs => new()
    {
        { "right", 200 },
        { "another certificate", 401 },
        { "the client id as issuer", 401 },
        { "the audience of Microsoft Graph", 401 },
        { "a life of eleven minutes", 401 },
        { "expired", 401 },
        { "padded", 401 },
        { "no JWT", 401 },
        { "an expired certificate", 401 },
        { "a changed claim", 401 },
    };

    [Theory]
    [MemberData(nameof(Proofs))]
    public async Task A_key_is_added_with_a_proof_that_a_valid_key_signed(string proof, int status)
    {
        var reply = await AddKeyAsync(Proof(proof));

        Assert.Equal(status, reply.Status);
        Assert.Equal(status == 200 ? 2 : 1, _application.Credentials.Certificates.Count);
        if (status != 200)
        {
            Assert.Equal((401, "Authentication_MissingOrMalformed"), GraphTestCaller.Refusal(reply));
        }
    }

    [Theory]
    [InlineData(true, 200)]
    [InlineData(false, 403)]
    public async Task With_a_permission_for_owners_only_an_owner_adds_a_secret(bool isOwner, int status)
    {
        await using var caller = await GraphTestCaller.StartAsync(0, _clock, ["Application.ReadWrite.OwnedBy", "Application.Read.All"]);
        var application = caller.Entra.AddApplication();
        if (isOwner)
        {
            application.AddOwner(caller.Application);
        }

        var path = $"v1.0/applications(appId='{application.ClientId}')";
        var reply = await caller.SendAsync(
            HttpMethod.Post, $"{path}/addPassword", """{"passwordCredential":{"displayName":"new"}}""");
        var owners = (await caller.GetAsync($"{path}/owners")).Json.GetProperty("value");

        Assert.Equal((status, isOwner ? 1 : 0), (reply.Status, owners.GetArrayLength()));
    }

    [Fact]
    public async Task An_application_rolls_its_own_key_without_a_permission_and_no_other_does()
    {
        await using var other = await GraphTestCaller.StartAsync(0, _clock, []);
        other.Application.AddCertificate(TestCertificate.One);
        var id = other.Application.ClientId;
        var own = await other.SendAsync(HttpMethod.Post, $"v1.0/applications(appId='{id}')/addKey", "{}");
        var secret = await other.SendAsync(HttpMethod.Post, $"v1.0/applications(appId='{id}')/addPassword", "{}");
        var foreign = other.Entra.AddApplication();
        var others = await other.SendAsync(HttpMethod.Post, $"v1.0/applications(appId='{foreign.ClientId}')/addKey", "{}");

        Assert.Equal((401, "Authentication_MissingOrMalformed"), GraphTestCaller.Refusal(own));
        Assert.Equal((403, "Authorization_RequestDenied"), GraphTestCaller.Refusal(secret));
        Assert.Equal((403, "Authorization_RequestDenied"), GraphTestCaller.Refusal(others));
    }

    [Fact]
    public async Task A_change_within_the_window_of_another_is_refused_with_409()
    {
        _graph.Options.ConflictWindow = TimeSpan.FromSeconds(5);
        Assert.Equal(200, (await AddPasswordAsync("{}")).Status);

        var second = await AddPasswordAsync("{}");
        _clock.Advance(TimeSpan.FromSeconds(5));
        var third = await AddPasswordAsync("{}");

        Assert.Equal((409, "Directory_ConcurrencyViolation"), GraphTestCaller.Refusal(second));
        Assert.Equal((200, 2), (third.Status, _application.Credentials.Secrets.Count));
    }

    [Fact]
    public async Task A_secret_is_shown_once_and_is_known_after_a_while()
    {
        _graph.Options.CredentialDelay = TimeSpan.FromSeconds(30);
        _graph.Options.ReplicationDelay = TimeSpan.FromSeconds(10);
        var added = await AddPasswordAsync("""{"displayName":"one","endDateTime":"2026-03-01T00:00:00Z"}""");
        var secret = added.Json.GetProperty("secretText").GetString()!;

        Assert.Empty(await PasswordsAsync());
        _clock.Advance(TimeSpan.FromSeconds(10));
        var shown = Assert.Single(await PasswordsAsync());
        Assert.Equal(7000215, await CodeAsync(secret));
        _clock.Advance(TimeSpan.FromSeconds(20));
        Assert.Equal(0, await CodeAsync(secret));

        Assert.Equal("one", shown.GetProperty("displayName").GetString());
        Assert.Equal(JsonValueKind.Null, shown.GetProperty("secretText").ValueKind);
        Assert.Equal(added.Json.GetProperty("keyId").GetString(), shown.GetProperty("keyId").GetString());
    }

    [Theory]
    [InlineData("""{"endDateTime":"2025-01-01T00:00:00Z"}""")]
    [InlineData("""{"startDateTime":"2026-05-01T00:00:00Z","endDateTime":"2026-04-01T00:00:00Z"}""")]
    [InlineData("""{"endDateTime":"soon"}""")]
    public async Task A_secret_without_a_sensible_end_is_refused(string password)
    {
        Assert.Equal(400, (await AddPasswordAsync(password)).Status);
        Assert.Empty(_application.Credentials.Secrets);
    }

    [Fact]
    public async Task What_is_not_there_cannot_be_removed()
    {
        Assert.Equal(400, (await PostAsync("removePassword", """{"keyId":"3a7a7f6e-6f35-4a44-8b33-9a5b0a2d4f11"}""")).Status);
        Assert.Equal(400, (await PostAsync("removeKey", $$"""{"keyId":"x","proof":"{{Proof("right")}}"}""")).Status);
        Assert.Equal(404, (await _graph.SendAsync(HttpMethod.Post, $"v1.0/applications/{Guid.NewGuid()}/addPassword", "{}")).Status);
    }

    private async Task<IReadOnlyList<JsonElement>> PasswordsAsync() =>
        [.. (await _graph.GetAsync($"v1.0/applications/{_id}")).Json.GetProperty("passwordCredentials").EnumerateArray()];

    private async Task<long> CodeAsync(string secret)
    {
        var reply = await _graph.Entra.PostAsync(_application.Form(("client_secret", secret), ("scope", _graph.Graph.Scope)));
        return reply.Status == 200 ? 0 : reply.Json.GetProperty("error_codes")[0].GetInt64();
    }

    private Task<EmulatorReply> AddPasswordAsync(string password) =>
        PostAsync("addPassword", $$"""{"passwordCredential":{{password}}}""");

    private Task<EmulatorReply> AddKeyAsync(string proof) => PostAsync(
        "addKey",
        $$"""
        {"keyCredential":{"type":"AsymmetricX509Cert","usage":"Verify","key":"{{Convert.ToBase64String(TestCertificate.Two.RawData)}}"},
         "passwordCredential":null,"proof":"{{proof}}"}
        """);

    private Task<EmulatorReply> PostAsync(string action, string body) =>
        _graph.SendAsync(HttpMethod.Post, $"v1.0/applications/{_id}/{action}", body);

    private string Proof(string kind)
    {
        var now = _clock.Now.ToUnixTimeSeconds() - (kind == "expired" ? 3600 : 0);
        var issuer = kind == "the client id as issuer" ? _application.ClientId : _id;
        var audience = $"0000000{(kind == "the audience of Microsoft Graph" ? 3 : 2)}-0000-0000-c000-000000000000";
        var claims = $$"""
            {"aud":"{{audience}}","iss":"{{issuer}}","nbf":{{now}},"exp":{{now + (kind == "a life of eleven minutes" ? 660 : 600)}}}
            """;
        if (kind == "an expired certificate")
        {
            _application.RemoveCertificate(TestCertificate.One);
            _application.AddCertificate(TestCertificate.Expired());
        }

        var signed = $"{Part("""{"alg":"RS256","typ":"JWT"}""")}.{Part(claims)}";
        var key = kind == "another certificate" ? TestCertificate.KeyOfTwo : TestCertificate.KeyOfOne;
        var signature = Base64Url.EncodeToString(
            key.SignData(Encoding.ASCII.GetBytes(signed), HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1));
        return kind switch
        {
            "no JWT" => "proof",
            "padded" => $"{signed}.{signature}==",
            "a changed claim" => $"{signed[..signed.IndexOf('.', StringComparison.Ordinal)]}.{Part($"{claims} ")}.{signature}",
            _ => $"{signed}.{signature}",
        };
    }

    private static string Part(string json) => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(json));
}
