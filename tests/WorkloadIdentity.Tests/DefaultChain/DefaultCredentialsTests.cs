using Microsoft.Extensions.Logging;

namespace WorkloadIdentity.Tests;

/// <summary>What single scenarios cannot show; the situations themselves are data, under Scenarios.</summary>
public sealed class DefaultCredentialsTests
{
    private readonly EntraFake _entra = new();

    public DefaultCredentialsTests()
    {
        _entra.Variables["AZURE_TENANT_ID"] = EntraFake.Tenant;
        _entra.Variables["AZURE_CLIENT_ID"] = EntraFake.ClientId;
    }

    [Fact]
    public void Options_in_code_are_checked_at_once()
    {
        Assert.Throws<ArgumentException>("AuthorityHost", () => Chain(options => options.AuthorityHost = new Uri("https://evil.example")));
        Assert.Throws<ArgumentException>(
            "AdditionallyAllowedTenants", () => Chain(options => options.AdditionallyAllowedTenants.Add("common")));
        Assert.Throws<ArgumentException>("MaxAttempts", () => Chain(options => options.Retry = new RetryOptions { MaxAttempts = 0 }));
        Assert.Contains(
            "Known are: secret, certificate, federated, managed-identity.",
            Assert.Throws<ArgumentException>(() => Chain(options => options.Allow.Add("password"))).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task Kinds_must_be_in_both_lists_to_be_used()
    {
        _entra.Variables["AZURE_CLIENT_SECRET"] = "secret-canary";
        _entra.Variables["WORKLOAD_IDENTITY_ALLOW"] = "secret, managed-identity";

        var result = await _entra.AcquireAsync(Chain(options => options.Allow.Add("certificate")));

        Assert.Equal(TokenVerdict.Failed, result.Verdict);
        Assert.Equal(TokenErrorKind.NotAllowed, result.Error!.Kind);
        Assert.Contains("AZURE_CLIENT_SECRET is set", result.Error.Message, StringComparison.Ordinal);
        Assert.Empty(_entra.Server.Requests);
    }

    [Fact]
    public async Task Two_ambient_credentials_are_warned_of_once_and_the_first_is_used()
    {
        _entra.Variables["AZURE_CLIENT_SECRET"] = "secret-canary";
        _entra.Variables["AZURE_FEDERATED_TOKEN_FILE"] = "/token";
        var chain = Chain();

        await _entra.Issues().AcquireAsync(chain);
        await _entra.Issues().AcquireAsync(chain);

        var warning = Assert.Single(_entra.Log.Entries, entry => entry.Level == LogLevel.Warning);
        Assert.Equal(201, warning.Id);
        Assert.Contains("'client secret' is used, 'federated token file' is not", warning.Text, StringComparison.Ordinal);
        Assert.All(_entra.Server.Requests, request => Assert.Equal("secret-canary", request.Form["client_secret"]));
        Assert.DoesNotContain(_entra.Log.Entries, entry => entry.Text.Contains("canary", StringComparison.Ordinal));
    }

    [Fact]
    public async Task One_that_is_named_in_the_allowed_kinds_is_used_in_place_of_the_first_and_nothing_is_warned_of()
    {
        _entra.Variables["AZURE_CLIENT_SECRET"] = "secret-canary";
        _entra.Variables["AZURE_FEDERATED_TOKEN_FILE"] = "/token";
        _entra.Variables["WORKLOAD_IDENTITY_ALLOW"] = "federated";

        var result = await _entra.File("/token", EntraFake.Jwt()).Issues().AcquireAsync(Chain());

        Assert.Equal("default chain/federated token file", result.Token!.AcquiredBy);
        Assert.DoesNotContain(_entra.Log.Entries, entry => entry.Level >= LogLevel.Warning);
    }

    [Fact]
    public async Task A_file_that_is_rotated_under_the_chain_is_read_again()
    {
        _entra.Variables["AZURE_FEDERATED_TOKEN_FILE"] = "/token";
        var chain = Chain();

        await _entra.File("/token", EntraFake.Jwt("first")).Issues().AcquireAsync(chain);
        await _entra.File("/token", EntraFake.Jwt("second")).Issues().AcquireAsync(chain);

        Assert.Equal(
            [EntraFake.Jwt("first"), EntraFake.Jwt("second")], _entra.Server.Requests.Select(request => request.Form["client_assertion"]));
    }

    [Fact]
    public async Task The_authority_in_code_wins_over_the_variable()
    {
        _entra.Variables["AZURE_CLIENT_SECRET"] = "s";
        _entra.Variables["AZURE_AUTHORITY_HOST"] = "https://login.microsoftonline.us";

        await _entra.Issues().AcquireAsync(Chain(options => options.AuthorityHost = EntraCloud.China));

        Assert.Equal("login.partner.microsoftonline.cn", _entra.Server.Requests[0].Uri.Host);
    }

    private Credential Chain(Action<DefaultCredentialsOptions>? configure = null)
    {
        var options = Options();
        configure?.Invoke(options);
        return DefaultCredentials.FromEnvironment(options);
    }

    private DefaultCredentialsOptions Options() => new()
    {
        Environment = WorkloadEnvironment.FromValues(_entra.Variables, _entra.Files),
        HttpClient = _entra.Server.Client,
        ManagedIdentityHttpClient = _entra.Server.Client,
        TimeProvider = _entra.Clock,
        LoggerFactory = _entra.Log,
    };
}
