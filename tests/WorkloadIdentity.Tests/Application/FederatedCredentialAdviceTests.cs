using System.Buffers.Text;
using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace WorkloadIdentity.Tests;

/// <summary>What stands in the error of a refused assertion.</summary>
public sealed class FederatedCredentialAdviceTests
{
    private const string GitHub = "https://token.actions.githubusercontent.com";
    private const string Subject = "repo:contoso/orders:ref:refs/heads/main";

    private readonly EntraFake _entra = new();

    [Theory]
    [InlineData(70021)]
    [InlineData(700211)]
    [InlineData(700212)]
    [InlineData(700213)]
    [InlineData(7002138)]
    [InlineData(70025)]
    public async Task A_mismatch_shows_the_assertion_and_the_credential_that_accepts_it(long code)
    {
        var message = await RefusedAsync(code, Jwt());

        Assert.Contains(
            $"\n  issuer:   {GitHub}\n  subject:  {Subject}\n  audience: api://AzureADTokenExchange\n", message, StringComparison.Ordinal);
        var json = $$"""{"name":"workload","issuer":"{{GitHub}}","subject":"{{Subject}}","audiences":["api://AzureADTokenExchange"]}""";
        Assert.Contains(
            $"\naz ad app federated-credential create --id {EntraFake.ClientId} --parameters '{json}'\n",
            message,
            StringComparison.Ordinal);
        Assert.EndsWith("wid doctor --fix az|bicep|terraform|json", message, StringComparison.Ordinal);
        Assert.DoesNotContain("c2lnbmF0dXJl", message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("x'; rm -rf / #")]
    [InlineData("$(id)")]
    [InlineData("`id`")]
    [InlineData("\" & calc & \"")]
    [InlineData("a\u2019; calc")]
    public async Task A_strangers_branch_name_does_nothing_in_a_shell(string branch)
    {
        var message = await RefusedAsync(700213, Jwt(subject: branch));

        var start = message.IndexOf("--parameters '", StringComparison.Ordinal) + "--parameters '".Length;
        var argument = message[start..message.IndexOf('\'', start)];
        Assert.Equal(branch, JsonNode.Parse(argument)!["subject"]!.GetValue<string>());
    }

    /// <summary>The longest there is: a chain that asked others before, an answer with both ids, an exception.</summary>
    [Theory]
    [InlineData(70021)]
    [InlineData(700213)]
    [InlineData(700024)]
    [InlineData(700016)]
    [InlineData(90061)]
    public async Task A_refused_assertion_is_told_in_12_lines_and_nothing_twice(long code)
    {
        _entra.Server.Otherwise = _ => FakeServer.Response(HttpStatusCode.BadRequest, EntraFake.Error(code, "invalid_request"));
        var application = _entra.Credential(
            new FederatedAuthentication(AssertionSource.FromCallback((_, _) => ValueTask.FromResult(Jwt()))));
        using var acquirer = new TokenAcquirer(
            new CredentialChain(ScriptedCredential.Absent("one"), ScriptedCredential.Absent("two"), application),
            new TokenAcquirerOptions { TimeProvider = _entra.Clock });

        var message = (await Assert.ThrowsAsync<TokenAcquisitionException>(
            () => _entra.Clock.RunUntilAsync(() => acquirer.GetTokenAsync(new TokenRequest(EntraFake.Scope))))).Message;

        var lines = message.Split('\n');
        Assert.InRange(lines.Length, 5, 12);
        Assert.Equal(lines.Distinct(), lines);
        Assert.EndsWith($"Help: wid explain AADSTS{code}", message, StringComparison.Ordinal);
        Assert.All(
            [
                EntraFake.Tenant, EntraFake.Scope, "0f1e2d3c-0000-4000-8000-000000000001", "0f1e2d3c-0000-4000-8000-000000000002",
                "What to do:",
            ],
            once => Assert.Equal(2, message.Split(once).Length));
    }

    [Theory]
    [InlineData("a\u001b[31mb")]
    [InlineData("a\u202Eb")]
    [InlineData("")]
    public async Task A_value_that_cannot_be_shown_as_it_is_is_not_made_a_command(string subject)
    {
        var message = await RefusedAsync(700213, Jwt(subject: subject));

        Assert.Contains("\n  issuer:   ", message, StringComparison.Ordinal);
        Assert.DoesNotContain("federated-credential create", message, StringComparison.Ordinal);
        Assert.DoesNotContain(message, character => (char.IsControl(character) && character != '\n') || character == '\u202E');
    }

    [Fact]
    public async Task A_very_long_value_is_cut_and_no_command_is_made_of_it()
    {
        var message = await RefusedAsync(700213, Jwt(subject: new string('s', 5000)));

        Assert.DoesNotContain("federated-credential create", message, StringComparison.Ordinal);
        Assert.True(message.Length < 2500);
    }

    public static TheoryData<string, string, string, string?> Traps => new()
    {
        { "https://api.bitbucket.org/2.0/workspaces/contoso/pipelines-config/identity/oidc", "{a}:{b}", "RS256", "no federated credential "
            + "can match it" },
        { "https://oidc.circleci.com/org/1", "org/1/project/2/user/3", "RS256", "Each person needs a federated credential" },
        { "https://agent.buildkite.com", "organization:o:pipeline:p:ref:r:commit:c:step:s", "RS256", "--subject-claim" },
        { "https://oidc.fly.io/contoso", "contoso:orders:machine", "RS256", "Each machine" },
        { "https://spire.example", "spiffe://contoso/orders", "ES256", "not signed with RS256" },
        { GitHub, Subject, "RS256", null },
    };

    [Theory]
    [MemberData(nameof(Traps))]
    public async Task Subjects_that_change_and_signatures_entra_does_not_read_are_warned_of(
        string issuer, string subject, string algorithm, string? warning)
    {
        var message = await RefusedAsync(700213, Jwt(issuer, subject, algorithm: algorithm));

        string[] all =
            ["no federated credential can match it", "Each person needs", "--subject-claim", "Each machine", "not signed with RS256"];
        Assert.Equal(warning is null ? 0 : 1, all.Count(each => message.Contains(each, StringComparison.Ordinal)));
        Assert.True(warning is null || message.Contains(warning, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_token_of_an_identity_binding_that_went_to_entra_is_explained() =>
        Assert.Contains(
            "UseIdentityBinding", await RefusedAsync(700212, Jwt(audience: IdentityBinding.Audience)), StringComparison.Ordinal);

    [Theory]
    [InlineData("Thu, 01 Jan 2026 00:10:00 GMT", "10 minutes behind Entra's")]
    [InlineData("Wed, 31 Dec 2025 23:30:00 GMT", "30 minutes ahead of Entra's")]
    [InlineData("Thu, 01 Jan 2026 00:00:30 GMT", null)]
    [InlineData("yesterday", null)]
    public async Task A_wrong_clock_is_reported_where_times_are_refused(string date, string? says)
    {
        _entra.Server.Answer(
            HttpStatusCode.Unauthorized, EntraFake.Error(EntraCode.AssertionOutsideLifetime), "application/json", ("Date", date));

        var error =
            (await _entra.AcquireAsync(
                new FederatedAuthentication(AssertionSource.FromCallback((_, _) => ValueTask.FromResult(Jwt()))))).Error!;

        Assert.Equal(says is not null, error.Message.Contains("The clock of this machine", StringComparison.Ordinal));
        Assert.True(says is null || error.Message.Contains(says, StringComparison.Ordinal));
        Assert.DoesNotContain("az ad app", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Thu, 01 Jan 2026 00:10:00 GMT", "10 minutes behind Entra's. This clock dated the assertion")]
    [InlineData("Wed, 31 Dec 2025 23:30:00 GMT", "30 minutes ahead of Entra's. This clock dated the assertion")]
    [InlineData("Thu, 01 Jan 2026 00:00:30 GMT", null)]
    public async Task A_wrong_clock_is_reported_for_an_assertion_signed_here(string date, string? says)
    {
        // Entra is asked once more, because an assertion made anew may do.
        for (var attempt = 0; attempt < 2; attempt++)
        {
            _entra.Answers(HttpStatusCode.Unauthorized, EntraFake.Error(EntraCode.AssertionOutsideLifetime), headers: ("Date", date));
        }

        var error = (await _entra.AcquireAsync(ClientCertificateAuthentication.FromCertificate(TestCertificate.One))).Error!;

        Assert.Equal(TokenErrorCategory.AssertionTime, error.Category);
        Assert.Equal(says is not null, error.Message.Contains("The clock of this machine", StringComparison.Ordinal));
        Assert.True(says is null || error.Message.Contains(says, StringComparison.Ordinal));
    }

    [Fact]
    public async Task What_is_no_readable_jwt_is_not_described()
    {
        var message = await RefusedAsync(700213, "eyJhbGciOiJub25lIn0.bm90IGpzb24.x");

        Assert.DoesNotContain("issuer:", message, StringComparison.Ordinal);
        Assert.DoesNotContain("federated-credential create", message, StringComparison.Ordinal);
    }

    private async Task<string> RefusedAsync(long code, string assertion) =>
        (await _entra.Answers(HttpStatusCode.Unauthorized, EntraFake.Error(code))
            .AcquireAsync(
                new FederatedAuthentication(AssertionSource.FromCallback((_, _) => ValueTask.FromResult(assertion))))).Error!.Message;

    private string Jwt(
        string issuer = GitHub, string subject = Subject, string audience = "api://AzureADTokenExchange", string algorithm = "RS256")
    {
        var expiresOn = _entra.Clock.Now.AddMinutes(5).ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        return $"{Encode($$"""{"alg":"{{algorithm}}"}""")}.{Encode(
            $$"""{"iss":{{JsonSerializer.Serialize(issuer)}},"sub":{{JsonSerializer.Serialize(
                subject)}},"aud":"{{audience}}","exp":{{expiresOn}}}""")}.c2lnbmF0dXJl";
    }

    private static string Encode(string text) => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(text));
}
