using System.Net;

namespace WorkloadIdentity.Tests;

/// <summary>How a vault is asked: responses that are too large, broken off or not text, and callers that stop waiting.</summary>
public sealed class VaultClientTests
{
    private readonly VaultBench _bench = new();

    [Fact]
    public async Task An_error_with_a_large_body_counts_by_its_status()
    {
        _bench.Fake.Next(HttpStatusCode.TooManyRequests, new string('x', 2_000_000), ("Retry-After", "172800"));

        var error = await _bench.ErrorAsync(_bench.Vault.Secret("database"));

        Assert.Equal((TokenErrorKind.Throttled, 429, true), (error.Kind, error.StatusCode, error.IsTransient));
        Assert.True(error.RetryAfter > TimeSpan.FromMinutes(1), $"{error.RetryAfter}");
    }

    [Fact]
    public async Task A_redirect_is_told_without_reading_its_body()
    {
        _bench.Fake.Next(HttpStatusCode.Redirect, new string('x', 2_000_000), ("Location", "https://evil.example/"));

        Assert.Contains(
            "redirect, which is never followed",
            (await _bench.ErrorAsync(_bench.Vault.Secret("database"))).Message,
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_transport_that_breaks_off_is_unreachable(bool whileSigning)
    {
        static HttpResponseMessage BreakOff() => throw new IOException("canary");
        _bench.Fake.Import("orders-api", TestCertificate.One);
        _bench.Fake.SignAnswer = BreakOff;
        for (var i = 0; i < 10 && !whileSigning; i++)
        {
            _bench.Fake.Next(_ => BreakOff());
        }

        var result = await _bench.Entra.Issues().RunAsync(_bench.Vault.RemoteCertificate("orders-api"));

        Assert.Equal((TokenErrorKind.Unreachable, true), (result.Error!.Kind, result.Error.IsTransient));
        Assert.Contains("could not be reached (IOException)", result.Error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("canary", result.Error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("\"\\ud800\"")]
    [InlineData("7")]
    [InlineData("[]")]
    public async Task A_value_that_is_no_text_is_an_empty_one(string value)
    {
        _bench.Fake.Next(HttpStatusCode.OK, $$"""{"id":"https://orders.vault.azure.net/secrets/database/1","value":{{value}}}""");

        var error = await _bench.ErrorAsync(_bench.Vault.Secret("database"));

        Assert.Contains("holds the secret 'database', which is empty", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_signature_that_is_no_text_is_told()
    {
        _bench.Fake.Import("orders-api", TestCertificate.One);
        var kid = "";
        _bench.Fake.Tamper = (_, json) => kid = $"{json["kid"]}";
        _bench.Fake.SignAnswer = () => FakeServer.Response(HttpStatusCode.OK, $$"""{"kid":"{{kid}}","value":"\ud800"}""");

        var error = await _bench.ErrorAsync(_bench.Vault.RemoteCertificate("orders-api"));

        Assert.Equal(TokenErrorKind.InvalidResponse, error.Kind);
        Assert.Contains("returned something that is not a signature", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_byte_order_mark_is_no_fault()
    {
        _bench.Fake.Next(
            HttpStatusCode.OK, "\uFEFF" + """{"id":"https://orders.vault.azure.net/secrets/database/1","value":"value"}""");

        await _bench.Entra.Issues().RunAsync(_bench.Vault.Secret("database"));

        Assert.Equal("value", _bench.Sent(0)["client_secret"]);
    }
}
