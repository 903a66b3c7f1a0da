using System.Net;

namespace WorkloadIdentity.Tests;

public sealed class CredentialReportTests
{
    private static readonly TokenRequest Request = new(EntraFake.Scope);

    private readonly EntraFake _entra = new();

    [Fact]
    public async Task Every_member_is_asked_also_behind_the_one_that_answers()
    {
        var chain =
            new CredentialChain(
                ScriptedCredential.Absent("vault"), ScriptedCredential.Issuing("desk"), ScriptedCredential.Failing("cloud"));

        var report = await chain.ExplainAsync(Request);

        Assert.Equal(["vault", "desk", "cloud"], report.Members.Select(member => member.Credential));
        Assert.Equal([TokenVerdict.Unavailable, TokenVerdict.Issued, TokenVerdict.Failed], report.Members.Select(member => member.Verdict));
        Assert.Equal([false, true, false], report.Members.Select(member => member.IsAnswer));
        Assert.All(report.Members, member => Assert.False(member.IsPinned));
        Assert.Equal((TokenVerdict.Issued, new DateTimeOffset(2099, 1, 2, 0, 0, 0, TimeSpan.Zero)), (report.Verdict, report.ExpiresOn));
        Assert.Null(report.Error);
    }

    [Fact]
    public async Task A_report_chooses_no_credential_for_a_chain_or_one_inside_it()
    {
        var here = false;
        var first = new ScriptedCredential("first", acquisition => here
            ? ScriptedCredential.Token("first", acquisition)
            : TokenResult.Unavailable(new TokenError(TokenErrorKind.NotConfigured, "not yet")));
        var inner = new CredentialChain(first, ScriptedCredential.Issuing("second"));
        var wrapped = new CredentialChain(first, ScriptedCredential.Issuing("second"));
        var outer = new CredentialChain(inner, new Wrapping(wrapped));

        await outer.ExplainAsync(Request);
        Assert.Null(outer.Partition);
        Assert.Null(inner.Partition);
        Assert.Null(wrapped.Partition);

        here = true;
        Assert.Equal("chain/chain/first", (await outer.AcquireAsync(new Acquisition(Request), CancellationToken.None)).Token!.AcquiredBy);
    }

    [Fact]
    public async Task Neither_does_the_report_of_an_application_whose_assertions_come_from_a_chain()
    {
        bool? told = null;
        var source = new AskingSource(request => told = request.IsReport);

        await _entra.Issues().Credential(new FederatedAuthentication(source)).ExplainAsync(Request);
        Assert.True(told);

        await _entra.Issues().AcquireAsync(new FederatedAuthentication(source));
        Assert.False(told);
    }

    [Fact]
    public async Task The_pinned_member_is_marked_and_stays_the_answer()
    {
        var isHere = false;
        var first =
            new ScriptedCredential(
                "first",
                acquisition =>
                    isHere
                        ? ScriptedCredential.Token("first", acquisition)
                        : TokenResult.Unavailable(new TokenError(TokenErrorKind.NotConfigured, "not here")));
        var chain = new CredentialChain(first, ScriptedCredential.Issuing("second"));
        await chain.AcquireAsync(new Acquisition(Request), CancellationToken.None);
        isHere = true;

        var report = await chain.ExplainAsync(Request);

        Assert.Equal([TokenVerdict.Issued, TokenVerdict.Issued], report.Members.Select(member => member.Verdict));
        Assert.Equal([false, true], report.Members.Select(member => member.IsPinned));
        Assert.Equal([false, true], report.Members.Select(member => member.IsAnswer));
        Assert.Contains("second: issued in 0 ms, pinned", report.ToString(), StringComparison.Ordinal);
        Assert.True(first.Asked[^1].HasAlternatives);
        Assert.Equal("chain/second", (await chain.AcquireAsync(new Acquisition(Request), CancellationToken.None)).Token!.AcquiredBy);
    }

    [Fact]
    public async Task A_first_member_that_is_pinned_answers_even_when_it_is_gone()
    {
        var isHere = true;
        var first = new ScriptedCredential("first", acquisition => isHere
            ? ScriptedCredential.Token("first", acquisition)
            : TokenResult.Unavailable(new TokenError(TokenErrorKind.NotConfigured, "gone")));
        var second = ScriptedCredential.Issuing("second");
        var chain = new CredentialChain(first, second);
        Assert.Equal(TokenVerdict.Issued, (await chain.ExplainAsync(Request)).Verdict);
        await chain.AcquireAsync(new Acquisition(Request), CancellationToken.None);
        isHere = false;

        var report = await chain.ExplainAsync(Request);

        Assert.Equal([true, false], report.Members.Select(member => member.IsAnswer));
        Assert.Equal(TokenVerdict.Unavailable, report.Verdict);
        Assert.Equal("gone", report.Error!.Message);

        // The pinned member is known to be here, so it has all the time it needs. The others are asked as members of several.
        Assert.False(first.Asked[^1].HasAlternatives);
        Assert.True(second.Asked[^1].HasAlternatives);
    }

    [Fact]
    public async Task A_single_member_is_asked_as_one_without_alternatives()
    {
        var alone = ScriptedCredential.Issuing("alone");

        await new CredentialChain(alone).ExplainAsync(Request);

        Assert.False(Assert.Single(alone.Asked).HasAlternatives);
    }

    [Fact]
    public async Task Where_nobody_is_here_the_chain_says_so_and_each_member_why()
    {
        var report = await new CredentialChain(ScriptedCredential.Absent("one"), ScriptedCredential.Absent("two")).ExplainAsync(Request);

        Assert.Equal(TokenVerdict.Unavailable, report.Verdict);
        Assert.Equal("wid explain no-credential", report.Error!.Help);
        Assert.DoesNotContain(report.Members, member => member.IsAnswer);
        var text = report.ToString();
        Assert.Contains("found: one is not here.", text, StringComparison.Ordinal);
        Assert.Contains("help: wid explain not-configured", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task How_long_each_took_is_measured()
    {
        var slow = new ScriptedCredential("slow", acquisition =>
        {
            _entra.Clock.Advance(TimeSpan.FromSeconds(2));
            return ScriptedCredential.Token("slow", acquisition);
        });
        using var acquirer =
            new TokenAcquirer(
                new CredentialChain(ScriptedCredential.Absent("absent"), slow), new TokenAcquirerOptions { TimeProvider = _entra.Clock });

        var report = await acquirer.ExplainAsync(Request);

        Assert.Equal([TimeSpan.Zero, TimeSpan.FromSeconds(2)], report.Members.Select(member => member.Duration));
        Assert.Equal(TimeSpan.FromSeconds(2), report.Duration);
        Assert.Contains("slow: issued in 2000 ms, answers", report.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Held_tokens_are_neither_used_nor_replaced()
    {
        var credential = ScriptedCredential.Issuing("desk");
        using var acquirer = new TokenAcquirer(credential);
        var held = await acquirer.GetTokenAsync(Request);

        await acquirer.ExplainAsync(Request);

        Assert.Equal(2, credential.Asked.Count);
        Assert.Same(held, await acquirer.GetTokenAsync(Request));
    }

    [Fact]
    public async Task A_disposed_acquirer_explains_nothing_and_a_cancelled_report_ends()
    {
        var acquirer = new TokenAcquirer(ScriptedCredential.Issuing("desk"));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => acquirer.ExplainAsync(Request, new CancellationToken(canceled: true)).AsTask());
        acquirer.Dispose();
        await Assert.ThrowsAsync<ObjectDisposedException>(() => acquirer.ExplainAsync(Request).AsTask());
    }

    [Fact]
    public async Task The_default_chain_shows_what_it_looked_for_and_no_secret()
    {
        _entra.Variables["AZURE_TENANT_ID"] = EntraFake.Tenant;
        _entra.Variables["AZURE_CLIENT_ID"] = EntraFake.ClientId;
        _entra.Variables["AZURE_CLIENT_SECRET"] = "secret-canary";
        _entra.Variables["AZURE_FEDERATED_TOKEN_FILE"] = "/var/run/token";
        var nowhere = new FakeServer();
        var chain = DefaultCredentials.FromEnvironment(new DefaultCredentialsOptions
        {
            Environment = _entra.Environment(),
            HttpClient = _entra.Server.Client,
            ManagedIdentityHttpClient = nowhere.Client,
            TimeProvider = _entra.Clock,
            LoggerFactory = _entra.Log,
        });
        _entra.Answers(HttpStatusCode.Unauthorized, EntraFake.Error(7000215, says: "The secret secret-canary is wrong."));

        // The token file may be about to be put in place: it is looked for more than once.
        var report = await _entra.Clock.RunUntilAsync(() => chain.ExplainAsync(Request));

        var text = report.ToString();
        Assert.DoesNotContain("canary", text, StringComparison.Ordinal);
        Assert.Equal(
            ["client secret", "client certificate", "federated token file", "managed identity"],
            report.Members.Select(member => member.Credential));
        Assert.Equal(
            $"the variable AZURE_CLIENT_SECRET, to prove application {EntraFake.ClientId} of tenant {EntraFake.Tenant} to "
                + "login.microsoftonline.com",
            report.Members[0].LooksFor);
        Assert.Equal("the variable AZURE_CLIENT_CERTIFICATE_PATH", report.Members[1].LooksFor);
        Assert.StartsWith("the token file '/var/run/token', to prove", report.Members[2].LooksFor, StringComparison.Ordinal);
        Assert.Equal(
            "the host's default managed identity, from IMDS, if there is one: no variable names a host", report.Members[3].LooksFor);
        Assert.Equal(TokenErrorKind.NotAllowed, report.Members[3].Error!.Kind);
        Assert.Contains("AADSTS7000215", text, StringComparison.Ordinal);
        Assert.Contains("'/var/run/token' does not exist", text, StringComparison.Ordinal);
        Assert.Contains("AZURE_CLIENT_CERTIFICATE_PATH is not set", text, StringComparison.Ordinal);
        Assert.True(report.Members[0].IsAnswer);
        Assert.DoesNotContain(_entra.Log.Entries, entry => entry.Id == 200);
    }

    [Fact]
    public async Task A_token_found_is_told_by_whom_and_for_whom_and_never_shown()
    {
        var report = await _entra.Issues("token-canary").Credential().ExplainAsync(Request);

        Assert.Contains(
            $"a token, issued by login.microsoftonline.com for client {EntraFake.ClientId}, which expires ",
            report.Found,
            StringComparison.Ordinal);
        Assert.DoesNotContain("canary", report.ToString() + System.Text.Json.JsonSerializer.Serialize(report), StringComparison.Ordinal);
    }

    public static TheoryData<ClientAuthentication, string> Places => new()
    {
        { ClientSecretAuthentication.FromFile("/s"), "the secret file '/s'" },
        { ClientSecretAuthentication.FromCallback(_ => default), "the application's callback" },
        { ClientCertificateAuthentication.FromCertificate(TestCertificate.One), "a certificate given in code ('CN=one')" },
        { ClientCertificateAuthentication.FromFile("/c"), "the certificate file '/c'" },
        { ClientCertificateAuthentication.FromFiles("/c", "/k").WithChain(), "the certificate file '/c' with the key file '/k'" },
        { ClientCertificateAuthentication.FromStore("CN=one"), "subject 'CN=one' in the certificate store CurrentUser/My" },
        { ClientCertificateAuthentication.FromCallback(_ => default), "the application's callback" },
        { ClientCertificateAuthentication.FromValue(
            Convert.ToBase64String(TestCertificate.Pfx(TestCertificate.One))), "a certificate given as text" },
        { new FederatedAuthentication(AssertionSource.FromCallback((_, _) => default, "build server")), "assertions of 'build server'" },
    };

    [Theory]
    [MemberData(nameof(Places))]
    public void Where_a_proof_comes_from_is_told(ClientAuthentication authentication, string place) =>
        Assert.Equal(place, authentication.LooksFor);

    /// <summary>A credential of an application's own, around another.</summary>
    private sealed class Wrapping(Credential inner) : Credential
    {
        public override string Name => "wrapping";

        protected override ValueTask<TokenResult> AcquireCoreAsync(Acquisition acquisition, CancellationToken cancellationToken) =>
            inner.AcquireAsync(acquisition, cancellationToken);
    }

    private sealed class AskingSource(Action<AssertionRequest> asked) : AssertionSource
    {
        public override string Name => "asking";

        public override ValueTask<AssertionResult> GetAssertionAsync(AssertionRequest request, CancellationToken cancellationToken)
        {
            asked(request);
            return ValueTask.FromResult(AssertionResult.Issued(EntraFake.Jwt()));
        }
    }
}
