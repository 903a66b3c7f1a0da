using System.Net;
using WorkloadIdentity.KeyVault;

namespace WorkloadIdentity.Tests;

/// <summary>When a vault is asked again, and what is used meanwhile.</summary>
public sealed class RefreshedItemTests
{
    private readonly VaultBench _bench = new();
    private readonly ClientSecretAuthentication _proof;

    public RefreshedItemTests() => _proof = _bench.Vault.Secret("database");

    private int Reads => _bench.Fake.Requests.Count;

    [Fact]
    public async Task What_was_read_is_used_for_an_hour_and_then_a_new_version_is_found()
    {
        _bench.Fake.Keep("database", "old");
        await UseAsync();
        _bench.Fake.Keep("database", "new");
        Advance(TimeSpan.FromMinutes(59));

        Assert.Equal("old", await UseAsync());
        Assert.Equal(1, Reads);
        Advance(TimeSpan.FromMinutes(2));
        Assert.Equal("new", await UseAsync());
        Assert.Equal(2, Reads);
    }

    [Fact]
    public async Task Where_its_end_is_near_it_is_asked_for_sooner()
    {
        _bench.Fake.Keep("database", "old").ExpiresOn = _bench.Entra.Clock.Now.AddMinutes(30);
        await UseAsync();
        _bench.Fake.Keep("database", "new");

        Advance(TimeSpan.FromMinutes(14));
        Assert.Equal("old", await UseAsync());
        Advance(TimeSpan.FromMinutes(2));
        Assert.Equal("new", await UseAsync());
    }

    [Theory]
    [InlineData(-10, 0)]
    [InlineData(3, 1)]
    [InlineData(3, 4)]
    public async Task What_has_expired_or_ends_before_its_next_reading_is_read_again_when_it_is_asked_for(int endsAfter, int askedAfter)
    {
        _bench.Fake.Keep("database", "old").ExpiresOn = _bench.Entra.Clock.Now.AddMinutes(endsAfter);
        await UseAsync();
        _bench.Fake.Keep("database", "new");
        Advance(TimeSpan.FromMinutes(askedAfter));

        Assert.Equal("new", await UseAsync());
        var reads = Reads;
        await UseAsync();
        Assert.Equal(reads, Reads);
    }

    [Fact]
    public async Task What_expires_while_the_wall_clock_jumps_is_read_again_too()
    {
        _bench.Fake.Keep("database", "old").ExpiresOn = _bench.Entra.Clock.Now.AddDays(3);
        await UseAsync();
        _bench.Fake.Keep("database", "new");
        _bench.Entra.Clock.SetWallClock(_bench.Entra.Clock.Now.AddDays(4));

        Assert.Equal("new", await UseAsync());
    }

    [Fact]
    public async Task Entras_refusal_has_the_vault_asked_at_once_and_the_new_version_sent()
    {
        _bench.Fake.Keep("database", "old");
        await UseAsync();
        _bench.Fake.Keep("database", "new");

        var result = await _bench.Entra.Refuses(7000215).Issues().RunAsync(_proof);

        Assert.Equal(TokenVerdict.Issued, result.Verdict);
        Assert.Equal(["old", "old", "new"], SentSecrets());
    }

    [Fact]
    public async Task A_refusal_of_what_the_vault_still_holds_stands_and_is_looked_into_once_in_half_a_minute()
    {
        _bench.Fake.Keep("database", "wrong");

        for (var attempt = 0; attempt < 3; attempt++)
        {
            var result = await _bench.Entra.Refuses(7000215).RunAsync(_proof);
            Assert.Equal([7000215], result.Error!.EntraErrorCodes);
        }

        Assert.Equal(2, Reads);
        Advance(TimeSpan.FromSeconds(31));
        await _bench.Entra.Refuses(7000215).RunAsync(_proof);
        Assert.Equal(3, Reads);
        Assert.Equal(4, SentSecrets().Length);
    }

    [Fact]
    public async Task While_it_cannot_be_read_again_it_stays_in_use_and_one_warning_says_so()
    {
        _bench.Fake.Keep("database", "old");
        await UseAsync();
        for (var hour = 0; hour < 3; hour++)
        {
            Advance(TimeSpan.FromHours(1.1));
            _bench.Fake.Next(HttpStatusCode.InternalServerError, FakeVault.Error("InternalError"));
            Assert.Equal("old", await UseAsync());
        }

        Assert.Equal(4, Reads);
        var (_, _, text) = Assert.Single(_bench.Entra.Log.Entries, entry => entry.Id == 212);
        Assert.Contains(
            "The secret 'database' in the key vault orders.vault.azure.net could not be read again. The version that was read on "
                + "2026-01-01 00:00:00Z stays in use.",
            text,
            StringComparison.Ordinal);
        Assert.Contains("500 (InternalError)", text, StringComparison.Ordinal);
        Assert.DoesNotContain("canary", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task After_it_was_read_again_the_next_failure_is_told_again()
    {
        _bench.Fake.Keep("database", "old");
        await UseAsync();
        foreach (var fails in new[] { true, false, true })
        {
            Advance(TimeSpan.FromHours(1.1));
            _ = fails ? _bench.Fake.Next(HttpStatusCode.ServiceUnavailable) : _bench.Fake;
            await UseAsync();
        }

        Assert.Equal(2, _bench.Entra.Log.Count(212));
    }

    [Fact]
    public async Task Behind_something_usable_a_failing_vault_is_left_alone_for_as_long_as_it_says()
    {
        _bench.Fake.Keep("database", "old");
        await UseAsync();
        Advance(TimeSpan.FromHours(1.1));
        _bench.Fake.Next(HttpStatusCode.TooManyRequests, "", ("Retry-After", "600"));

        await UseAsync();
        Advance(TimeSpan.FromMinutes(9.9));
        await UseAsync();
        Assert.Equal(2, Reads);
        Advance(TimeSpan.FromMinutes(0.2));
        await UseAsync();
        Assert.Equal(3, Reads);
    }

    [Fact]
    public async Task A_vault_that_does_not_answer_holds_nobody_up_for_long()
    {
        _bench.Fake.Keep("database", "old");
        await UseAsync();
        Advance(TimeSpan.FromHours(1.1));
        _bench.Fake.Gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var asked = _bench.Entra.Clock.Now;

        Assert.Equal("old", await UseAsync());

        Assert.InRange(_bench.Entra.Clock.Now - asked, TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(6));
        _bench.Fake.Gate.SetResult();
    }

    [Fact]
    public async Task Without_a_cached_value_only_the_token_exchange_retries()
    {
        _bench.Fake.Keep("database", "value");
        _bench.Fake.Next(HttpStatusCode.ServiceUnavailable).Next(HttpStatusCode.TooManyRequests, "", ("Retry-After", "7"));
        var asked = _bench.Entra.Clock.Now;

        Assert.Equal("value", await UseAsync());

        Assert.Equal(3, Reads);
        Assert.InRange(_bench.Entra.Clock.Now - asked, TimeSpan.FromSeconds(7), TimeSpan.FromSeconds(60));
    }

    [Fact]
    public async Task A_wait_that_is_too_long_is_told_and_kept_to()
    {
        _bench.Fake.Keep("database", "value");
        _bench.Fake.Next(HttpStatusCode.TooManyRequests, FakeVault.Error("Throttled"), ("Retry-After", "300"));

        var first = await _bench.ErrorAsync(_proof);
        var second = await _bench.ErrorAsync(_proof);

        Assert.Equal((TokenErrorKind.Throttled, TimeSpan.FromSeconds(300), false), (first.Kind, first.RetryAfter, first.IsRepeated));
        Assert.True(second.IsRepeated);
        Assert.Equal(1, Reads);
        Advance(TimeSpan.FromSeconds(301));
        Assert.Equal("value", await UseAsync());
    }

    [Fact]
    public async Task However_many_wait_the_vault_is_asked_once_and_one_that_leaves_leaves_alone()
    {
        _bench.Fake.Keep("database", "value");
        _bench.Fake.Gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var item = new RefreshedItem<VaultSecret>("It", async _ =>
        {
            await _bench.Fake.Gate.Task;
            return new VaultSecret("1", null, "value");
        }, new VaultOptions { TimeProvider = _bench.Entra.Clock }, _bench.Entra.Log);
        using var leaving = new CancellationTokenSource();

        var left = item.GetAsync(refused: false, leaving.Token).AsTask();
        var others = Enumerable.Range(0, 20).Select(_ => item.GetAsync(refused: false, CancellationToken.None).AsTask()).ToList();
        await leaving.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => left);
        _bench.Fake.Gate.SetResult();

        var items = await Task.WhenAll(others);
        Assert.All(items, one => Assert.Same(items[0], one));
    }

    [Fact]
    public async Task What_throws_is_an_error_with_the_exception_inside()
    {
        var item =
            new RefreshedItem<VaultSecret>(
                "The thing",
                _ => throw new FormatException("canary"),
                new VaultOptions { TimeProvider = _bench.Entra.Clock },
                _bench.Entra.Log);

        var exception =
            await Assert.ThrowsAsync<TokenAcquisitionException>(() => item.GetAsync(refused: false, CancellationToken.None).AsTask());

        Assert.IsType<FormatException>(exception.InnerException);
        Assert.DoesNotContain("canary", exception.Error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_expired_certificate_that_cannot_be_read_again_is_told_with_the_vaults_error()
    {
        _bench.Fake.Import("orders-api", TestCertificate.One);
        var proof = _bench.Vault.RemoteCertificate("orders-api");
        await _bench.Entra.Issues().RunAsync(proof);
        _bench.Entra.Clock.SetWallClock(TestCertificate.NotAfter.AddDays(1));
        Advance(TimeSpan.FromHours(2));
        _bench.Fake.Next(HttpStatusCode.Forbidden, FakeVault.Error("Forbidden", "ForbiddenByRbac"));

        Assert.Contains("403 (Forbidden/ForbiddenByRbac)", (await _bench.ErrorAsync(proof)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_rotated_certificate_is_followed_and_an_unchanged_one_is_not_fetched_again(bool isRemote)
    {
        var proof = isRemote ? _bench.Vault.RemoteCertificate("orders-api") : _bench.Vault.DownloadedCertificate("orders-api");
        _bench.Fake.Import("orders-api", TestCertificate.One);
        await _bench.Entra.Issues().RunAsync(proof);
        Advance(TimeSpan.FromHours(1.1));
        await _bench.Entra.Issues().RunAsync(proof);
        _bench.Fake.Import("orders-api", TestCertificate.Two);
        await _bench.Entra.Issues().RunAsync(proof);
        Advance(TimeSpan.FromHours(1.1));

        await _bench.Entra.Issues().RunAsync(proof);

        Assert.Equal(["one Pss", "one Pss", "one Pss", "two Pss"], Enumerable.Range(0, 4).Select(_bench.SignedBy));
        Assert.Equal(3, _bench.Fake.Requests.Count(request => request == "GET /certificates/orders-api"));
        Assert.Equal(isRemote ? 4 : 2, _bench.Fake.Requests.Count(request => request != "GET /certificates/orders-api"));
    }

    public static TheoryData<string> Endings => ["disabled", "purged", "disabled, and the new one too", "gone altogether"];

    [Theory]
    [MemberData(nameof(Endings))]
    public async Task A_key_that_is_disabled_or_purged_after_a_rotation_has_the_new_version_sign_at_once(string ending)
    {
        var proof = _bench.Vault.RemoteCertificate("orders-api");
        var old = _bench.Fake.Import("orders-api", TestCertificate.One);
        await _bench.Entra.Issues().RunAsync(proof);
        var next = ending == "gone altogether" ? null : _bench.Fake.Import("orders-api", TestCertificate.Two);
        old.IsEnabled = false;
        if (ending is "purged" or "gone altogether")
        {
            _bench.Fake.Remove(old);
        }

        if (ending != "disabled" && ending != "purged")
        {
            next?.IsEnabled = false;
            var expected = next is null ? "404 (KeyNotFound)" : "403 (Forbidden/KeyDisabled)";
            Assert.Contains(expected, (await _bench.ErrorAsync(proof)).Message, StringComparison.Ordinal);
            Assert.Single(_bench.Entra.Server.Requests);
            return;
        }

        Assert.Equal(TokenVerdict.Issued, (await _bench.Entra.Issues().RunAsync(proof)).Verdict);
        Assert.Equal(["one Pss", "two Pss"], [_bench.SignedBy(0), _bench.SignedBy(1)]);
        Assert.Equal(2, _bench.Fake.Requests.Count(request => request == $"POST /keys/orders-api/{old.Version}/sign"));
        Assert.Equal(1, _bench.Fake.Requests.Count(request => request == $"POST /keys/orders-api/{next!.Version}/sign"));
    }

    [Fact]
    public async Task A_vault_that_is_only_in_trouble_is_not_read_for_another_version()
    {
        var proof = _bench.Vault.RemoteCertificate("orders-api");
        _bench.Fake.Import("orders-api", TestCertificate.One);
        var trouble = 1;
        _bench.Fake.SignAnswer = () => trouble-- > 0
            ? FakeServer.Response(HttpStatusCode.ServiceUnavailable)
            : FakeServer.Response(HttpStatusCode.Forbidden, FakeVault.Error("Forbidden", "ForbiddenByRbac"));

        await _bench.ErrorAsync(proof);

        // Once at first, and once after the refusal that did not pass.
        Assert.Equal(2, _bench.Fake.Requests.Count(request => request == "GET /certificates/orders-api"));
    }

    private async Task<string> UseAsync()
    {
        var result = await _bench.Entra.Issues().RunAsync(_proof);
        Assert.Equal(TokenVerdict.Issued, result.Verdict);
        return SentSecrets()[^1];
    }

    private string[] SentSecrets() => [.. _bench.Entra.Server.Requests.Select(request => request.Form["client_secret"])];

    private void Advance(TimeSpan by) => _bench.Entra.Clock.Advance(by);
}
