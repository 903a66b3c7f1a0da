using System.Net;
using WorkloadIdentity.KeyVault;
using WorkloadIdentity.Testing;

namespace WorkloadIdentity.Tests;

/// <summary>What a vault says no with, and whoever else may answer in its place.</summary>
public sealed class VaultErrorTests
{
    private readonly VaultBench _bench = new();

    [Theory]
    [InlineData(403, "Forbidden", "ForbiddenByRbac", "Key Vault Secrets User")]
    [InlineData(403, "Forbidden", "ForbiddenByPolicy", "access policies")]
    [InlineData(403, "Forbidden", "ForbiddenByFirewall", "Its firewall blocks this machine.")]
    [InlineData(403, "Forbidden", "ForbiddenByConnection", "private endpoint")]
    [InlineData(404, "SecretNotFound", null, "The vault has no such item. Check its name")]
    [InlineData(403, "Forbidden", "SecretExpired", "It has expired in the vault.")]
    [InlineData(403, "Forbidden", "KeyNotYetValid", "It is not yet valid in the vault.")]
    [InlineData(409, "Conflict", "ObjectIsDeletedButRecoverable", "It is deleted in the vault, and its name stays reserved")]
    [InlineData(409, "Conflict", "ObjectIsBeingDeleted", "It is deleted in the vault, and its name stays reserved")]
    [InlineData(400, "BadParameter", null, "Check the address and the name")]
    public async Task A_refusal_says_the_codes_and_what_to_do(int status, string code, string? inner, string expected)
    {
        _bench.Fake.Next((HttpStatusCode)status, FakeVault.Error(code, inner), ("x-ms-request-id", "0f1e2d3c-0000-4000-8000-000000000001"));

        var error = await _bench.ErrorAsync(_bench.Vault.Secret("database"));

        Assert.Equal((TokenErrorKind.Refused, status, false), (error.Kind, error.StatusCode, error.IsTransient));
        Assert.StartsWith(
            $"The key vault orders.vault.azure.net answered {status} ({code}{(inner is null
                ? ""
                : $"/{inner}")}) when asked for the secret 'database'.",
            error.Message,
            StringComparison.Ordinal);
        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
        Assert.Equal("0f1e2d3c-0000-4000-8000-000000000001", error.CorrelationId);
        Assert.DoesNotContain("canary", error.Message, StringComparison.Ordinal);
        Assert.Equal("wid explain key-vault", error.Help);
        Assert.Empty(_bench.Entra.Server.Requests);
    }

    [Theory]
    [InlineData(403, "Forbidden", "KeyDisabled", "It is disabled in the vault. Enable it, or make a new version.")]
    [InlineData(403, "Forbidden", "KeyExpired", "It has expired in the vault. Make a new version, or set a later expiration date.")]
    [InlineData(403, "Forbidden", "KeyOperationForbidden", "Allow the operation 'sign' (key_ops)")]
    [InlineData(403, "Forbidden", "ForbiddenByRbac", "Key Vault Crypto User")]
    [InlineData(404, "KeyNotFound", null, "The vault has no such item. Check its name")]
    [InlineData(400, "BadParameter", null, "A signature needs an RSA key of at least 2048 bits")]
    public async Task So_does_the_refusal_of_a_signature(int status, string code, string? inner, string expected)
    {
        _bench.Fake.Import("orders-api", TestCertificate.One);
        _bench.Fake.SignAnswer = () => FakeServer.Response((HttpStatusCode)status, FakeVault.Error(code, inner));

        var error = await _bench.ErrorAsync(_bench.Vault.RemoteCertificate("orders-api"));

        Assert.Equal((TokenErrorKind.Refused, status, false), (error.Kind, error.StatusCode, error.IsTransient));
        var codes = inner is null ? code : $"{code}/{inner}";
        Assert.Contains($"answered {status} ({codes}) when asked for a signature", error.Message, StringComparison.Ordinal);
        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
        Assert.Empty(_bench.Entra.Server.Requests);
    }

    [Theory]
    [InlineData("ObjectIsBeingRecovered")]
    [InlineData(null)]
    public async Task A_conflict_that_passes_is_asked_about_again(string? inner)
    {
        _bench.Fake.Keep("database", "value");
        _bench.Fake.Next(HttpStatusCode.Conflict, FakeVault.Error("Conflict", inner));

        Assert.Equal(TokenVerdict.Issued, (await _bench.Entra.Issues().RunAsync(_bench.Vault.Secret("database"))).Verdict);
        Assert.Equal(2, _bench.Fake.Requests.Count);
    }

    [Theory]
    [InlineData("certificate")]
    [InlineData("pem certificate")]
    [InlineData("managed")]
    [InlineData("kid")]
    [InlineData("application/x-pkcs12")]
    [InlineData("Application/X-PKCS12; charset=utf-8")]
    [InlineData("application/x-pem-file")]
    [InlineData("x-pem-file")]
    [InlineData("pfx")]
    [InlineData("pem")]
    public async Task A_certificate_is_never_sent_as_a_client_secret(string what)
    {
        if (what.EndsWith("certificate", StringComparison.Ordinal))
        {
            _bench.Fake.Import("orders-api", TestCertificate.One, pem: what[0] == 'p');
        }
        else
        {
            _bench.Fake.Keep("orders-api", what switch
            {
                "pfx" => Convert.ToBase64String(TestCertificate.Pfx(TestCertificate.One)),
                "pem" => TestCertificate.KeyOfOne.ExportPkcs8PrivateKeyPem(),
                _ => "value",
            });
            _bench.Fake.Tamper = (_, json) =>
            {
                json["managed"] = what == "managed" ? true : null;
                json["kid"] = what == "kid" ? "https://orders.vault.azure.net/keys/orders-api/0123" : null;
                json["contentType"] = what.Contains('-', StringComparison.Ordinal) ? what : null;
            };
        }

        var error = await _bench.ErrorAsync(_bench.Vault.Secret("orders-api"));

        Assert.Equal(TokenErrorKind.InvalidConfiguration, error.Kind);
        Assert.Contains("so it is not sent", error.Message, StringComparison.Ordinal);
        var advice = what == "pfx"
            ? "Use it as a certificate: ClientCertificateAuthentication"
            : "For a certificate use Vault.DownloadedCertificate or Vault.RemoteCertificate";
        Assert.Contains(advice, error.Message, StringComparison.Ordinal);
        Assert.Empty(_bench.Entra.Server.Requests);
    }

    [Theory]
    [InlineData("not json")]
    [InlineData("{")]
    [InlineData("[]")]
    [InlineData("""{"error":"x"}""")]
    [InlineData("""{"error":{"code":7,"innererror":[]}}""")]
    [InlineData("""{"error":{"code":"canary\u001b[31m spaces"}}""")]
    [InlineData("<html>canary</html>")]
    public async Task An_error_body_of_any_kind_is_not_shown(string body)
    {
        _bench.Fake.Next(HttpStatusCode.Forbidden, body);

        var error = await _bench.ErrorAsync(_bench.Vault.Secret("database"));

        Assert.StartsWith("The key vault orders.vault.azure.net answered 403 when asked for", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("canary", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(
        "Bearer authorization=\"https://login.microsoftonline.com/" + FakeVault.Tenant + "\", resource=\"https://vault.azure.net\"",
        "It accepts tokens of the tenant " + FakeVault.Tenant)]
    [InlineData(
        "Bearer authorization=\"https://evil.example/" + FakeVault.Tenant + "\", resource=\"https://vault.azure.net\"",
        "names an authority that is not one of Entra's. Such an authority is never used.")]
    [InlineData(
        "Bearer authorization=\"https://login.microsoftonline.com.evil.example/x\", resource=\"https://vault.azure.net\"",
        "names an authority that is not one of Entra's")]
    [InlineData(
        "Bearer authorization=\"http://login.microsoftonline.com/x\", resource=\"https://vault.azure.net\"",
        "names an authority that is not one of Entra's")]
    [InlineData(
        "Bearer authorization=\"https://login.microsoftonline.com/" + FakeVault.Tenant + "\", resource=\"https://graph.microsoft.com\"",
        "names another resource than https://vault.azure.net. Such a resource is never used.")]
    [InlineData(
        "Bearer authorization=\"https://evil.example/x\", scope=\"https://management.azure.com/.default\"",
        "names another resource than https://vault.azure.net")]
    [InlineData("Bearer authorization=\"canary\", resource=\"https://vault.azure.net\"", "names an authority that is not one of Entra's")]
    [InlineData(
        "Bearer authorization=\"https://login.microsoftonline.com/canary\", resource=\"https://vault.azure.net\"",
        "Check which identity reaches the vault, and its tenant.")]
    [InlineData("Bearer", "Check which identity reaches the vault.")]
    [InlineData("Negotiate", "its challenge cannot be read")]
    [InlineData("Bearer authorization=\"https://evil.example", "its challenge cannot be read")]
    public async Task A_challenge_is_explained_and_never_followed(string challenge, string expected)
    {
        var identity = FakeCredential.Issuing("token-of-another-tenant", TimeSpan.FromDays(1), _bench.Entra.Clock);
        _bench.Fake.Challenge = challenge;
        _bench.Fake.Keep("database", "value");

        var error = await _bench.ErrorAsync(_bench.Open(identity: identity).Secret("database"));

        Assert.Equal((TokenErrorKind.Refused, 401), (error.Kind, error.StatusCode));
        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("evil", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("canary", error.Message, StringComparison.Ordinal);
        var asked = Assert.Single(identity.Acquisitions);
        Assert.Equal(("https://vault.azure.net/.default", (string?)null), (asked.Request.Scope, asked.Request.TenantId));
        Assert.Equal(["GET /secrets/database"], _bench.Fake.Requests);
    }

    [Fact]
    public async Task A_claims_challenge_is_answered_with_one_new_token()
    {
        var tokens = new Queue<string>(["first", "vault-token"]);
        var identity = FakeCredential.Issuing(_ => new AccessToken(tokens.Dequeue(), _bench.Entra.Clock.Now.AddHours(1)));
        var claims = Convert.ToBase64String("""{"access_token":{"nbf":{"essential":true,"value":"1604106651"}}}"""u8);
        _bench.Fake.Challenge =
            $"Bearer authorization=\"https://login.microsoftonline.com/{FakeVault.Tenant}\", error=\"insufficient_claims\", "
                + $"claims=\"{claims}\"";
        _bench.Fake.Keep("database", "value");

        await _bench.Entra.Issues().RunAsync(_bench.Open(identity: identity).Secret("database"));

        Assert.Equal("value", _bench.Sent(0)["client_secret"]);
        Assert.Contains("1604106651", identity.Acquisitions[1].Claims, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("not json")]
    [InlineData("[]")]
    [InlineData("")]
    public async Task An_answer_that_is_no_object_is_told(string body)
    {
        _bench.Fake.Next(HttpStatusCode.OK, body);

        var error = await _bench.ErrorAsync(_bench.Vault.Secret("database"));

        Assert.Equal(TokenErrorKind.InvalidResponse, error.Kind);
        Assert.Contains("returned no readable JSON when asked for the secret 'database'", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_redirect_is_never_followed()
    {
        _bench.Fake.Next(HttpStatusCode.Redirect, "", ("Location", "https://evil.example/"));

        Assert.Contains(
            "redirect, which is never followed",
            (await _bench.ErrorAsync(_bench.Vault.Secret("database"))).Message,
            StringComparison.Ordinal);
        Assert.Single(_bench.Fake.Requests);
    }

    [Fact]
    public async Task An_answer_without_end_is_not_read_to_its_end()
    {
        _bench.Fake.Next(HttpStatusCode.OK, $$"""{"value":"{{new string('x', 2_000_000)}}"}""");

        var error = await _bench.ErrorAsync(_bench.Vault.Secret("database"));

        Assert.Contains("more than 1024 KiB", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_a_token_for_the_vault_the_error_says_whose_it_is_and_why()
    {
        var identity = FakeCredential.Unavailable(new TokenError(TokenErrorKind.NotConfigured, "There is no IMDS here."));

        var error = await _bench.ErrorAsync(_bench.Open(identity: identity).Secret("database"));

        Assert.StartsWith(
            "The key vault orders.vault.azure.net cannot be read without a token of the identity that reaches it. ",
            error.Message,
            StringComparison.Ordinal);
        Assert.Contains("There is no IMDS here.", error.Message, StringComparison.Ordinal);
        Assert.Empty(_bench.Fake.Requests);
    }

    [Theory]
    [InlineData("")]
    [InlineData(" \n ")]
    [InlineData("line one\nline two canary")]
    public async Task A_secret_that_is_none_is_told_and_not_shown(string value)
    {
        _bench.Fake.Keep("database", value);

        var error = await _bench.ErrorAsync(_bench.Vault.Secret("database"));

        Assert.Contains("holds the secret 'database', which is empty or has more than one line", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("canary", error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_white_space_around_a_secret_is_removed()
    {
        _bench.Fake.Keep("database", "value\r\n");

        await _bench.Entra.Issues().RunAsync(_bench.Vault.Secret("database"));

        Assert.Equal("value", _bench.Sent(0)["client_secret"]);
    }

    [Fact]
    public async Task A_vault_that_never_answers_is_given_up()
    {
        var options = new Action<VaultOptions>(options => options.TimeLimit = TimeSpan.FromSeconds(20));
        _bench.Fake.Gate = new TaskCompletionSource();

        var error = await _bench.ErrorAsync(_bench.Open(options).Secret("database"));

        Assert.Equal(TokenErrorKind.TimedOut, error.Kind);
        Assert.Contains("The key vault orders.vault.azure.net did not answer within 20 s", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Nothing_prints_what_was_read()
    {
        _bench.Fake.Keep("database", "secret-canary");
        var proof = _bench.Vault.Secret("database");
        await _bench.Entra.Issues().RunAsync(proof);

        Assert.Equal("orders.vault.azure.net", _bench.Vault.ToString());
        Assert.Equal("client secret", proof.ToString());
        Assert.Equal("1", new VaultSecret("1", null, "secret-canary").ToString());
        Assert.DoesNotContain(_bench.Entra.Log.Entries, entry => entry.Text.Contains("canary", StringComparison.Ordinal));
    }
}
