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
            $"issuer '{GitHub}', subject '{Subject}', audience 'api://AzureADTokenExchange', algorithm RS256, valid from (none) to "
                + "2026-01-01 00:05:00Z",
            message,
            StringComparison.Ordinal);
        var json = $$"""{"name":"workload","issuer":"{{GitHub}}","subject":"{{Subject}}","audiences":["api://AzureADTokenExchange"]}""";
        Assert.Contains(
            $"az ad app federated-credential create --id {EntraFake.ClientId} --parameters '{json}'", message, StringComparison.Ordinal);
        Assert.Contains(
            "az identity federated-credential create --name workload --identity-name <identity> --resource-group <group> --issuer "
                + $"'{GitHub}' --subject '{Subject}' --audiences 'api://AzureADTokenExchange'",
            message,
            StringComparison.Ordinal);
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
        Assert.DoesNotContain("az identity", message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("a\u001b[31mb")]
    [InlineData("a\u202Eb")]
    [InlineData("")]
    public async Task A_value_that_cannot_be_shown_as_it_is_is_not_made_a_command(string subject)
    {
        var message = await RefusedAsync(700213, Jwt(subject: subject));

        Assert.Contains("The assertion that was sent says: issuer", message, StringComparison.Ordinal);
        Assert.DoesNotContain("az ad app", message, StringComparison.Ordinal);
        Assert.DoesNotContain(message, character => char.IsControl(character) || character == '\u202E');
    }

    [Fact]
    public async Task A_very_long_value_is_cut_and_no_command_is_made_of_it()
    {
        var message = await RefusedAsync(700213, Jwt(subject: new string('s', 5000)));

        Assert.DoesNotContain("az ad app", message, StringComparison.Ordinal);
        Assert.True(message.Length < 2500);
    }

    public static TheoryData<string, string, string, string?> Traps => new()
    {
        { "https://api.bitbucket.org/2.0/workspaces/contoso/pipelines-config/identity/oidc", "{a}:{b}", "RS256", "no federated credential "
            + "can match it" },
        { "https://oidc.circleci.com/org/1", "org/1/project/2/user/3", "RS256", "each person needs a federated credential" },
        { "https://agent.buildkite.com", "organization:o:pipeline:p:ref:r:commit:c:step:s", "RS256", "--subject-claim" },
        { "https://oidc.fly.io/contoso", "contoso:orders:machine", "RS256", "each machine" },
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
            ["no federated credential can match it", "each person needs", "--subject-claim", "each machine", "not signed with RS256"];
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
    public async Task A_clock_that_is_off_is_told_where_times_are_refused(string date, string? says)
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
    [InlineData("Thu, 01 Jan 2026 00:10:00 GMT", "10 minutes behind Entra's, and the assertion was made by it")]
    [InlineData("Wed, 31 Dec 2025 23:30:00 GMT", "30 minutes ahead of Entra's, and the assertion was made by it")]
    [InlineData("Thu, 01 Jan 2026 00:00:30 GMT", null)]
    public async Task A_clock_that_is_off_is_told_of_an_assertion_that_was_signed_here_too(string date, string? says)
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

        Assert.DoesNotContain("The assertion that was sent says", message, StringComparison.Ordinal);
        Assert.DoesNotContain("az ad app", message, StringComparison.Ordinal);
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
