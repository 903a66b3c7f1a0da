using System.Text.Json;

namespace WorkloadIdentity.Tests;

public sealed class ClientSecretAuthenticationTests
{
    private const string Path = "/run/secrets/client-secret";
    private readonly EntraFake _entra = new();

    [Theory]
    [InlineData("")]
    [InlineData("  ")]
    [InlineData("canary\n")]
    [InlineData("canary\0")]
    public void A_value_that_cannot_be_a_secret_is_refused_at_construction_and_not_quoted(string secret) =>
        Assert.DoesNotContain(
            "canary",
            Assert.Throws<ArgumentException>(() => ClientSecretAuthentication.FromValue(secret)).Message,
            StringComparison.Ordinal);

    [Theory]
    [InlineData("secret-1")]
    [InlineData("  secret-1\r\n")]
    [InlineData("\uFEFFsecret-1\n")]
    public async Task A_file_is_read_without_the_white_space_around_it(string content)
    {
        await _entra.File(Path, content).Issues().AcquireAsync(ClientSecretAuthentication.FromFile(Path));

        Assert.Equal("secret-1", _entra.Server.Requests[0].Form["client_secret"]);
    }

    [Fact]
    public async Task A_file_is_read_at_each_use()
    {
        var credential = _entra.File(Path, "secret-1").Credential(ClientSecretAuthentication.FromFile(Path));
        await _entra.Issues().AcquireAsync(credential);
        await _entra.File(Path, "secret-2").Issues().AcquireAsync(credential);

        Assert.Equal(["secret-1", "secret-2"], _entra.Server.Requests.Select(request => request.Form["client_secret"]));
    }

    public static TheoryData<byte[]?, string> BadFiles => new()
    {
        { null, "does not exist" },
        { [], "is empty" },
        { " \r\n\t"u8.ToArray(), "is empty" },
        { "canary-1\ncanary-2\n"u8.ToArray(), "more than one line" },
        { [0xff, 0xfe, 0x41], "not UTF-8" },
    };

    [Fact]
    public Task A_file_that_is_too_large_holds_no_secret() =>
        A_file_that_holds_no_secret_says_why_and_nothing_is_sent(new byte[WorkloadEnvironment.MaxFileBytes + 1], "larger than");

    [Theory]
    [MemberData(nameof(BadFiles))]
    public async Task A_file_that_holds_no_secret_says_why_and_nothing_is_sent(byte[]? content, string reason)
    {
        if (content is not null)
        {
            _entra.Files[Path] = content;
        }

        var result = await _entra.AcquireAsync(ClientSecretAuthentication.FromFile(Path));

        Assert.Equal(TokenVerdict.Failed, result.Verdict);
        Assert.Equal(TokenErrorKind.InvalidConfiguration, result.Error!.Kind);
        Assert.Contains(reason, result.Error.Message, StringComparison.Ordinal);
        Assert.Contains(Path, result.Error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("canary", result.Error.Message, StringComparison.Ordinal);
        Assert.Equal(EntraFake.ClientId, result.Error.ClientId);
        Assert.Empty(_entra.Server.Requests);
    }

    [Theory]
    [InlineData(null, "is empty: the application's callback gave none")]
    [InlineData("", "is empty: the application's callback gave none")]
    [InlineData("canary\r\n", "a line break or another control character: the application's callback")]
    public async Task A_callback_that_returns_no_secret_is_told_so(string? secret, string reason)
    {
        var error = (await _entra.AcquireAsync(ClientSecretAuthentication.FromCallback(_ => ValueTask.FromResult(secret!)))).Error!;

        Assert.Equal(TokenErrorKind.InvalidConfiguration, error.Kind);
        Assert.Contains(reason, error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("canary", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_a_callback_throws_is_the_inner_exception_of_a_failure()
    {
        var thrown = new InvalidOperationException("canary: the vault said no");

        var error = (await _entra.AcquireAsync(ClientSecretAuthentication.FromCallback(_ => throw thrown))).Error!;

        Assert.Equal(TokenErrorKind.InvalidConfiguration, error.Kind);
        Assert.Same(thrown, error.Exception);
        Assert.DoesNotContain("canary", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_callback_that_never_returns_is_timed_out_even_if_it_ignores_its_token()
    {
        var credential = _entra.Credential(
            ClientSecretAuthentication.FromCallback(end => new ValueTask<string>(_entra.Clock.HangForeverAsync<string>(end))),
            options => options.Retry = new RetryOptions { MaxAttempts = 1, AttemptTimeout = TimeSpan.FromSeconds(5) });

        var error = (await _entra.RunAsync(credential)).Error!;

        Assert.Equal(TokenErrorKind.TimedOut, error.Kind);
        Assert.Contains("within 5 s", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(7000215)]
    [InlineData(7000222)]
    public async Task A_secret_that_was_rotated_meanwhile_is_read_again_and_asked_with_once(long code)
    {
        _entra.File(Path, "old");
        _entra.Server.Answer(_ =>
        {
            _entra.File(Path, "new");
            return FakeServer.Response(System.Net.HttpStatusCode.Unauthorized, EntraFake.Error(code));
        });

        var result = await _entra.Issues().AcquireAsync(ClientSecretAuthentication.FromFile(Path));

        Assert.Equal(TokenVerdict.Issued, result.Verdict);
        Assert.Equal(["old", "new"], _entra.Server.Requests.Select(request => request.Form["client_secret"]));
    }

    [Fact]
    public async Task A_secret_that_stayed_the_same_is_not_sent_a_second_time()
    {
        var asked = 0;

        var result =
            await _entra.Refuses(7000222)
                .AcquireAsync(ClientSecretAuthentication.FromCallback(_ => ValueTask.FromResult($"same{asked++ * 0}")));

        Assert.Equal(TokenErrorCategory.ClientSecret, result.Error!.Category);
        Assert.Equal(2, asked);
        Assert.Single(_entra.Server.Requests);
    }

    [Fact]
    public async Task A_rotated_secret_that_is_refused_too_ends_it()
    {
        var asked = 0;
        _entra.Refuses(7000215).Refuses(7000222);

        var result = await _entra.AcquireAsync(ClientSecretAuthentication.FromCallback(_ => ValueTask.FromResult($"secret-{asked++}")));

        Assert.Equal([7000222L], result.Error!.EntraErrorCodes);
        Assert.Equal(2, _entra.Server.Requests.Count);
    }

    [Fact]
    public async Task A_file_that_vanishes_after_a_refusal_leaves_the_refusal()
    {
        _entra.File(Path, "old");
        _entra.Server.Answer(_ =>
        {
            _entra.Files.Remove(Path);
            return FakeServer.Response(System.Net.HttpStatusCode.Unauthorized, EntraFake.Error(7000215));
        });

        Assert.Equal([7000215L], (await _entra.AcquireAsync(ClientSecretAuthentication.FromFile(Path))).Error!.EntraErrorCodes);
    }

    [Fact]
    public void It_never_prints_the_secret()
    {
        var authentication = ClientSecretAuthentication.FromValue("secret-canary");
        var form = new TokenRequestForm();
        form.AddClientSecret("secret-canary");

        Assert.Equal("client secret", authentication.ToString());
        Assert.DoesNotContain("canary", JsonSerializer.Serialize(authentication), StringComparison.Ordinal);
        Assert.DoesNotContain("canary", form.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("canary", JsonSerializer.Serialize(form), StringComparison.Ordinal);
    }
}
