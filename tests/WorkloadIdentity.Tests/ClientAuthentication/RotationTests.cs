namespace WorkloadIdentity.Tests;

/// <summary>Secrets and certificates are replaced under a running program.</summary>
public sealed class RotationTests
{
    private const string Path = "/run/secrets/material";

    private static readonly TokenRequest Orders = new("api://orders/.default");
    private static readonly TokenRequest Billing = new("api://billing/.default");

    private readonly EntraFake _entra = new();

    [Theory]
    [InlineData("secret")]
    [InlineData("certificate")]
    public async Task A_token_of_a_replaced_credential_stays_in_use_and_the_next_comes_of_the_new_one(string kind)
    {
        var authentication =
            kind == "secret"
                ? (ClientAuthentication)ClientSecretAuthentication.FromFile(Path)
                : ClientCertificateAuthentication.FromFile(Path);
        using var acquirer = new TokenAcquirer(_entra.Credential(authentication), new TokenAcquirerOptions { TimeProvider = _entra.Clock });
        Put(kind, "old");
        _entra.Issues("of-the-old");
        await acquirer.GetTokenAsync(Orders);

        Put(kind, "new");
        _entra.Issues("of-the-new");

        Assert.Equal("of-the-old", (await acquirer.GetTokenAsync(Orders)).Value);
        Assert.Equal("of-the-new", (await acquirer.GetTokenAsync(Billing)).Value);
        Assert.Equal("of-the-old", (await acquirer.GetTokenAsync(Orders)).Value);
        Assert.Equal(2, _entra.Server.Requests.Count);
        Assert.NotEqual(Material(0), Material(1));
    }

    [Theory]
    [InlineData("secret", 7000222)]
    [InlineData("certificate", 700027)]
    public async Task A_refusal_of_the_old_one_does_not_take_its_living_token_away(string kind, long code)
    {
        var authentication =
            kind == "secret"
                ? (ClientAuthentication)ClientSecretAuthentication.FromFile(Path)
                : ClientCertificateAuthentication.FromFile(Path);
        using var acquirer =
            new TokenAcquirer(
                _entra.Credential(authentication), new TokenAcquirerOptions { TimeProvider = _entra.Clock, Jitter = () => 0 });
        Put(kind, "old");
        _entra.Issues("of-the-old");
        await acquirer.GetTokenAsync(Orders);

        // Past the refresh time of an hour's token: the refresh behind it is refused, and nothing newer has come.
        _entra.Clock.Advance(TimeSpan.FromMinutes(56));
        _entra.Refuses(code);

        Assert.Equal("of-the-old", (await acquirer.GetTokenAsync(Orders)).Value);
        await Patience.UntilAsync(() => _entra.Server.Requests.Count == 2);
        Assert.Equal("of-the-old", (await acquirer.GetTokenAsync(Orders)).Value);
    }

    private string Material(int request)
    {
        var form = _entra.Server.Requests[request].Form;
        return form.TryGetValue("client_secret", out var secret)
            ? secret
            : new SentAssertion(form["client_assertion"]).Header.GetProperty("x5t#S256").GetString()!;
    }

    private void Put(string kind, string which)
    {
        if (kind == "secret")
        {
            _entra.File(Path, which);
        }
        else
        {
            _entra.Files[Path] = TestCertificate.Pfx(which == "old" ? TestCertificate.One : TestCertificate.Two);
        }
    }
}
