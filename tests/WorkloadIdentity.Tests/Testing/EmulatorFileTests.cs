using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using WorkloadIdentity.Testing;
using static WorkloadIdentity.Tests.EmulatorCalls;

namespace WorkloadIdentity.Tests;

/// <summary>An emulator in one JSON file: what it says, and what is said about one that is wrong.</summary>
public sealed class EmulatorFileTests : IDisposable
{
    private const string Tenant = "72f988bf-86f1-41af-91ab-2d7cd011db47";
    private const string Orders = "6bf7ab3f-6a37-4f6d-9a3c-2ee0f1d1f8a3";

    private readonly string _folder = Directory.CreateTempSubdirectory("emulator-file-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task The_example_of_the_documentation_does_what_it_says()
    {
        using var certificate = Certificate();
        await File.WriteAllTextAsync(Path.Combine(_folder, "orders.pem"), certificate.ExportCertificatePem());
        await File.WriteAllTextAsync(Path.Combine(_folder, "authority.pem"), certificate.ExportCertificatePem());
        await File.WriteAllTextAsync(Path.Combine(_folder, "orders-secret.txt"), "s3cret\n");
        await File.WriteAllTextAsync(Path.Combine(_folder, "emulator.json"), EmulatorDocs.Example());

        await using var entra = await EmulatorFile.Read(Path.Combine(_folder, "emulator.json")).StartAsync();
        using var http = new HttpClient(entra.CreateHandler());
        var app = entra.Directory.FindApplication(Orders)!;

        async Task<JsonElement> PostAsync(Dictionary<string, string> form)
        {
            using var response = await http.PostAsync(entra.Tenant.TokenEndpoint, new FormUrlEncodedContent(form));
            return JsonSerializer.Deserialize<JsonElement>(await response.Content.ReadAsStringAsync());
        }

        Assert.Equal((Tenant, Uri.UriSchemeHttps, entra.SecureAddress), (entra.Tenant.Id, entra.AuthorityHost.Scheme, entra.AuthorityHost));
        var token =
            (await PostAsync(app.Form(("client_secret", "s3cret"), ("scope", "api://orders/.default")))).GetProperty("access_token")
                .GetString()!;
        Assert.Equal("Orders.Read", Claims(token).GetProperty("roles")[0].GetString());
        Assert.True((await PostAsync(app.Form(
            ("client_assertion_type", JwtBearer),
            ("client_assertion", ClientAssertion(certificate, app, entra.Tenant.TokenEndpoint, TimeProvider.System.GetUtcNow())),
            ("scope", "api://orders/.default"))))
            .TryGetProperty("access_token", out _));
        Assert.True((await PostAsync(app.Form(
            ("client_assertion_type", JwtBearer),
            ("client_assertion",
                entra.Directory.FindIssuer("https://token.actions.githubusercontent.com")!.Issue(
                    "repo:contoso/orders:ref:refs/heads/main")), ("scope", "api://orders/.default"))))
            .TryGetProperty("access_token", out _));
        Assert.Equal(entra.AdminToken, await File.ReadAllTextAsync(Path.Combine(_folder, "admin-token.txt")));
        Assert.Equal(
            entra.CertificateAuthority.Thumbprint,
            X509CertificateLoader.LoadCertificateFromFile(Path.Combine(_folder, "entra-ca.pem")).Thumbprint);
        Assert.True(entra.SystemAssignedIdentity.ClientId == "0d3c1a52-9c0f-4d0e-8a54-6f1f6f0d2b11");
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Path.Combine(_folder, "admin-token.txt")));
        }
    }

    [Fact]
    public async Task An_empty_file_is_an_emulator_with_a_tenant_and_no_admin_api()
    {
        await using var entra = await EmulatorFile.Parse("{ /* nothing to say */ }").StartAsync();

        Assert.Null(entra.AdminToken);
        Assert.Equal("127.0.0.1", entra.AuthorityHost.Host);
        using var http = new HttpClient(entra.CreateHandler());
        Assert.Equal(System.Net.HttpStatusCode.NotFound, (await http.GetAsync(new Uri(entra.PlainAddress, "admin"))).StatusCode);
    }

    [Fact]
    public void Everything_that_is_wrong_is_told_at_once_with_its_path()
    {
        var exception = Assert.Throws<EmulatorFileException>(() => EmulatorFile.Parse(
            $$"""
            {
              "server": { "address": "everywhere", "port": 70000, "hostName": "login.microsoftonline.com" },
              "admin": { "token": "short-canary" },
              "clockSkew": "5 minutes",
              "tokenLifetime": "00:00:00",
              "latencyy": "00:00:01",
              "tenants": [ { "id": "contoso", "domains": [ "contoso" ] } ],
              "issuers": [ { "kind": "github" }, { "kind": "kubernetes" } ],
              "apis": [ { "audience": "api://orders/.default" } ],
              "managedIdentities": [ { "clientId": "{{Orders}}" }, { "clientId": "{{Orders}}" } ],
              "applications": [ {
                "clientId": "{{Orders}}",
                "tenant": "elsewhere.example",
                "secrets": [ "canary", { "valeu": "canary" }, { "valueFile": "missing.txt" }, { "value": "canary", "expiresOn": "soon" } ],
                "certificates": [ "missing.pem" ],
                "federatedCredentials": [
                  { "issuer": "https://token.actions.githubusercontent.com", "subject": "me" }, { "managedIdentity": "nobody" } ],
                "roles": [ { "api": "api://unknown", "role": "Read" } ],
                "isEnabled": "yes",
                "block": { "code": 0 }
              } ],
              "faults": {
                "api": {
                  "next": [
                    { "kind": "refusal", "code": 53003 }, { "kind": "explode" }, { "kind": "redirect", "location": "/a", "status": 304 } ],
                  "latency": { "least": "00:00:02", "most": "00:00:01" } },
                "tokenEndpoint": { "limit": { "requests": 3 }, "latency": {} },
                "dns": { }
              }
            }
            """, _folder));

        string[] expected =
            [
                "admin.token", "apis[0].audience", "applications[0]", "applications[0].block.code", "applications[0].certificates",
                "applications[0].federatedCredentials[0].issuer",
                "applications[0].federatedCredentials[1].managedIdentity", "applications[0].isEnabled", "applications[0].roles[0].api",
                "applications[0].secrets[0]",
                "applications[0].secrets[1].value", "applications[0].secrets[1].valeu", "applications[0].secrets[2].valueFile",
                "applications[0].secrets[3].expiresOn",
                "clockSkew", "faults.api.latency.most", "faults.api.next[0].kind", "faults.api.next[1].kind", "faults.api.next[2].kind",
                "faults.dns", "faults.tokenEndpoint.latency",
                "faults.tokenEndpoint.limit", "issuers[0].kind", "issuers[1].url", "latencyy", "managedIdentities[1]", "server.address",
                "server.hostName", "server.port", "tenants[0].domains[0]",
                "tenants[0].id", "tokenLifetime",
            ];
        Assert.Equal(
            expected.Order(StringComparer.Ordinal),
            exception.Problems.Select(problem => problem.Path).Distinct().Order(StringComparer.Ordinal));
        Assert.All(exception.Problems, problem => Assert.True(problem.Message.Length > 15, problem.ToString()));
        Assert.All(exception.Problems, problem => Assert.Contains(problem.ToString(), exception.Message, StringComparison.Ordinal));
        Assert.DoesNotContain("canary", exception.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("[]", "")]
    [InlineData("", "line 1, column 1")]
    [InlineData("{\n  \"tenants\": [ \"canary }", "line 2, column 25")]
    [InlineData("{ \"clockSkew\": \"00:00:01\", \"clockSkew\": \"00:00:02\" }", null)]
    public void What_is_no_json_object_is_told_where(string json, string? place)
    {
        var problem = Assert.Single(Assert.Throws<EmulatorFileException>(() => EmulatorFile.Parse(json)).Problems);

        Assert.Equal(place ?? problem.Path, problem.Path);
        Assert.DoesNotContain("canary", problem.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{ "tenants\ud800": [] }""")]
    [InlineData("""{ "server": { "\udc00": 1, "port": 0 } }""")]
    [InlineData("""{ "server": { "hostName": "\ud800" } }""")]
    [InlineData("""{ "tenants": [ { "domains": [ "a\ud800" ] } ] }""")]
    [InlineData("""{ "unknown": { "a": [ "\udc00\ud800" ] } }""")]
    public void Half_of_a_surrogate_pair_is_a_problem_of_the_file(string json)
    {
        var problem = Assert.Single(Assert.Throws<EmulatorFileException>(() => EmulatorFile.Parse(json)).Problems);

        Assert.Contains("surrogate", problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_that_is_not_there_is_an_io_error() =>
        Assert.ThrowsAny<IOException>(() => EmulatorFile.Read(Path.Combine(_folder, "none.json")));

    [Fact]
    public void An_admin_api_nobody_could_open_is_refused()
    {
        var problem = Assert.Single(Assert.Throws<EmulatorFileException>(() => EmulatorFile.Parse("""{ "admin": { } }""")).Problems);

        Assert.Contains("tokenFile", problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_schema_knows_the_settings_and_no_others()
    {
        var schema = JsonSerializer.Deserialize<JsonElement>(EmulatorFile.Schema);

        // What the reader asks for is what it says can stand there.
        Same(schema, "", """{ "?": 0 }""");
        Same(schema.GetProperty("properties").GetProperty("server"), "server", """{ "server": { "?": 0 } }""");
        Same(schema.GetProperty("properties").GetProperty("admin"), "admin", """{ "admin": { "?": 0, "tokenFile": "a" } }""");
        Same(Items(schema, "tenants"), "tenants[0]", """{ "tenants": [ { "?": 0 } ] }""");
        Same(Items(schema, "issuers"), "issuers[0]", """{ "issuers": [ { "?": 0 } ] }""");
        Same(Items(schema, "apis"), "apis[0]", """{ "apis": [ { "?": 0 } ] }""");
        Same(
            Items(schema, "apis").GetProperty("properties").GetProperty("directory"), "apis[0].directory",
            """{ "apis": [ { "isGraph": true, "directory": { "?": 0 } } ] }""");
        Same(Items(schema, "managedIdentities"), "managedIdentities[0]", """{ "managedIdentities": [ { "?": 0 } ] }""");
        Same(Items(schema, "applications"), "applications[0]", """{ "applications": [ { "?": 0 } ] }""");
        Same(schema.GetProperty("$defs").GetProperty("endpointFaults"), "faults.api", """{ "faults": { "api": { "?": 0 } } }""");
        Same(schema.GetProperty("properties").GetProperty("faults"), "faults", """{ "faults": { "?": 0 } }""");

        static JsonElement Items(JsonElement schema, string list) =>
            schema.GetProperty("properties").GetProperty(list).GetProperty("items");

        static void Same(JsonElement schema, string at, string json)
        {
            var unknown =
                Assert.Throws<EmulatorFileException>(() => EmulatorFile.Parse(json)).Problems.Single(
                    problem => problem.Path == (at.Length == 0 ? "?" : $"{at}.?"));
            var known = unknown.Message.Split("What can stand here: ")[1].TrimEnd('.').Split(", ");
            Assert.Equal(
                known.Order(StringComparer.Ordinal),
                schema.GetProperty("properties").EnumerateObject().Select(property => property.Name).Where(name => name != "$schema")
                    .Order(StringComparer.Ordinal));
        }
    }
}
