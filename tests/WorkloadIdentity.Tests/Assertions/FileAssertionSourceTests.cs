using System.Text;

namespace WorkloadIdentity.Tests;

public sealed class FileAssertionSourceTests
{
    private const string Path = "/var/run/secrets/azure/wi/token/azure-identity-token";
    private readonly EntraFake _entra = new();

    [Fact]
    public async Task The_file_is_read_at_each_use_without_the_white_space_around_it()
    {
        var credential = _entra.File(Path, EntraFake.Jwt("first") + "\n").Credential(new FederatedAuthentication(new FileAssertionSource(Path)));
        var result = await _entra.Issues().AcquireAsync(credential);
        await _entra.File(Path, EntraFake.Jwt("second")).Issues().AcquireAsync(credential);

        Assert.Equal("federated token file", result.Token!.AcquiredBy);
        Assert.Equal([EntraFake.Jwt("first"), EntraFake.Jwt("second")], _entra.Server.Requests.Select(request => request.Form["client_assertion"]));
    }

    public static TheoryData<byte[]?, string> Bad => new()
    {
        { null, "does not exist" },
        { "canary.a.b\ncanary.c.d"u8.ToArray(), "more than one line" },
        { "canary canary"u8.ToArray(), "characters no JWT has" },
        { "canäry"u8.ToArray(), "characters no JWT has" },
        { [0xff, 0xff], "not UTF-8" },
        { Encoding.ASCII.GetBytes(" \r\n"), "is empty" },
    };

    [Theory]
    [MemberData(nameof(Bad))]
    public async Task A_file_that_holds_no_assertion_fails_at_once(byte[]? content, string reason)
    {
        if (content is not null)
        {
            _entra.Files[Path] = content;
        }

        var result = await _entra.AcquireAsync(new FederatedAuthentication(new FileAssertionSource(Path)));

        Assert.Equal(TokenVerdict.Failed, result.Verdict);
        Assert.Equal(TokenErrorKind.InvalidConfiguration, result.Error!.Kind);
        Assert.Contains(reason, result.Error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("canary", result.Error.Message, StringComparison.Ordinal);
        Assert.False(result.Error.IsTransient);
        Assert.Empty(_entra.Server.Requests);
    }

    [Fact]
    public async Task A_file_caught_empty_while_it_is_written_is_looked_at_again()
    {
        var acquiring = _entra.File(Path, "").Issues().AcquireAsync(new FederatedAuthentication(new FileAssertionSource(Path)));
        _entra.File(Path, EntraFake.Jwt());

        Assert.Equal(TokenVerdict.Issued, (await _entra.Clock.RunUntilAsync(acquiring)).Verdict);
    }

    [Fact]
    public async Task A_file_that_stays_empty_fails_and_says_so()
    {
        var result = await _entra.File(Path, "").RunAsync(new FederatedAuthentication(new FileAssertionSource(Path)));

        Assert.Equal(TokenErrorKind.InvalidConfiguration, result.Error!.Kind);
        Assert.Contains("is empty", result.Error.Message, StringComparison.Ordinal);
        Assert.True(result.Error.IsTransient);
    }

    [Theory]
    [InlineData("")]
    [InlineData("/x\ny")]
    public void A_path_that_is_none_is_refused_at_construction(string path) => Assert.Throws<ArgumentException>(() => new FileAssertionSource(path));
}
