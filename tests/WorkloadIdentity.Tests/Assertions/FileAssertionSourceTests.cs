using System.Text;

namespace WorkloadIdentity.Tests;

public sealed class FileAssertionSourceTests
{
    private const string Path = "/var/run/secrets/azure/wi/token/azure-identity-token";
    private readonly EntraFake _entra = new();

    [Fact]
    public async Task The_file_is_read_at_each_use_without_the_white_space_around_it()
    {
        var credential =
            _entra.File(Path, EntraFake.Jwt("first") + "\n").Credential(new FederatedAuthentication(AssertionSource.FromFile(Path)));
        var result = await _entra.Issues().AcquireAsync(credential);
        await _entra.File(Path, EntraFake.Jwt("second")).Issues().AcquireAsync(credential);

        Assert.Equal("federated token file", result.Token!.AcquiredBy);
        Assert.Equal(
            [EntraFake.Jwt("first"), EntraFake.Jwt("second")], _entra.Server.Requests.Select(request => request.Form["client_assertion"]));
    }

    public static TheoryData<byte[]?, string> Bad => new()
    {
        { null, "does not exist" },
        { "canary.a.b\ncanary.c.d"u8.ToArray(), "more than one line" },
        { "canary canary"u8.ToArray(), "holds a space" },
        { "canäry"u8.ToArray(), "holds a character beyond ASCII (U+00E4)" },
        { [0xff, 0xff], "not UTF-8" },
        { Encoding.ASCII.GetBytes(" \r\n"), "is empty" },
    };

    [Theory]
    [MemberData(nameof(Bad))]
    public async Task A_file_that_holds_no_assertion_fails(byte[]? content, string reason)
    {
        if (content is not null)
        {
            _entra.Files[Path] = content;
        }

        var result = await _entra.RunAsync(new FederatedAuthentication(AssertionSource.FromFile(Path)));

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
        var acquiring = _entra.File(Path, "").Issues().AcquireAsync(new FederatedAuthentication(AssertionSource.FromFile(Path)));
        _entra.File(Path, EntraFake.Jwt());

        Assert.Equal(TokenVerdict.Issued, (await _entra.Clock.RunUntilAsync(acquiring)).Verdict);
    }

    [Fact]
    public async Task A_file_that_stays_empty_fails_and_says_so()
    {
        var result = await _entra.File(Path, "").RunAsync(new FederatedAuthentication(AssertionSource.FromFile(Path)));

        Assert.Equal(TokenErrorKind.InvalidConfiguration, result.Error!.Kind);
        Assert.Contains("is empty", result.Error.Message, StringComparison.Ordinal);
        Assert.False(result.Error.IsTransient);
    }

    [Fact]
    public async Task A_file_that_is_away_for_a_moment_is_waited_for()
    {
        var started = _entra.Clock.Now;
        var acquiring = _entra.Issues().AcquireAsync(new FederatedAuthentication(AssertionSource.FromFile(Path)));
        _entra.Clock.Advance(TimeSpan.FromMilliseconds(300));
        _entra.File(Path, EntraFake.Jwt());

        Assert.Equal(TokenVerdict.Issued, (await _entra.Clock.RunUntilAsync(acquiring)).Verdict);
        Assert.True(_entra.Clock.Now - started < TimeSpan.FromSeconds(1));
    }

    [Fact]
    public async Task A_file_that_never_comes_is_waited_for_less_than_a_second()
    {
        var started = _entra.Clock.Now;

        var result = await _entra.RunAsync(new FederatedAuthentication(AssertionSource.FromFile(Path)));

        Assert.Equal(TokenErrorKind.InvalidConfiguration, result.Error!.Kind);
        Assert.InRange(_entra.Clock.Now - started, TimeSpan.FromMilliseconds(300), TimeSpan.FromSeconds(1));
    }

    [Fact]
    public async Task A_rotated_file_is_read_again_when_its_assertion_was_refused_for_its_time()
    {
        _entra.File(Path, EntraFake.Jwt("old"))
            .Answers(System.Net.HttpStatusCode.Unauthorized, EntraFake.Error(EntraCode.AssertionOutsideLifetime)).Issues();
        var source = new RotatingFile(_entra, Path);

        var result = await _entra.RunAsync(new FederatedAuthentication(source));

        Assert.Equal(TokenVerdict.Issued, result.Verdict);
        Assert.Equal(
            [EntraFake.Jwt("old"), EntraFake.Jwt("new")], _entra.Server.Requests.Select(request => request.Form["client_assertion"]));
    }

    /// <summary>The file, which the platform rotates between the two looks at it.</summary>
    private sealed class RotatingFile(EntraFake entra, string path) : AssertionSource
    {
        private readonly AssertionSource _file = AssertionSource.FromFile(path);

        public override string Name => _file.Name;

        public override ValueTask<AssertionResult> GetAssertionAsync(AssertionRequest request, CancellationToken cancellationToken)
        {
            if (request.Refusal is not null)
            {
                entra.File(path, EntraFake.Jwt("new"));
            }

            return _file.GetAssertionAsync(request, cancellationToken);
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("/x\ny")]
    public void A_path_that_is_none_is_refused_at_construction(string path) =>
        Assert.Throws<ArgumentException>(() => AssertionSource.FromFile(path));
}
