using System.Text.Json;
using WorkloadIdentity.Governance;

namespace WorkloadIdentity.Tests;

public sealed class PooledTextTests
{
    private readonly GraphJson _json = GraphJson.Create(new PooledText());

    [Fact]
    public void A_text_that_repeats_is_one_object()
    {
        const string Grant = """{"id":"1","resourceId":"r-1","scope":"Mail.Read"}""";
        var grants = Read($$"""{"value":[{{Grant}},{{Grant}}]}""");

        Assert.Same(grants[0].Scope, grants[1].Scope);
        Assert.Same(grants[0].ResourceId.Value, grants[1].ResourceId.Value);
    }

    [Theory]
    [InlineData("\"caf\\u00e9\"", "café")]
    [InlineData("\"naïve — ünïcode\"", "naïve — ünïcode")]
    [InlineData("17", "17")]
    [InlineData("true", "true")]
    public void Every_text_is_read_as_it_is(string value, string expected) =>
        Assert.Equal(expected, Read($$"""{"value":[{"id":"1","scope":{{value}}}]}""")[0].Scope);

    [Fact]
    public void A_long_text_is_read_whole()
    {
        var text = new string('a', 500);

        Assert.Equal(text, Read($$"""{"value":[{"id":"1","scope":"{{text}}"}]}""")[0].Scope);
    }

    [Fact]
    public async Task A_text_that_is_cut_between_two_reads_is_whole()
    {
        var body = """{"value":[{"id":"1","scope":"Mail.Read","principalId":12345678}]}"""u8.ToArray();
        using var stream = new OneByteStream(body);

        var page = await JsonSerializer.DeserializeAsync(stream, _json.DelegatedGrants);

        Assert.Equal("Mail.Read", page!.Value![0].Scope);
        Assert.Equal("12345678", page.Value[0].PrincipalId);
    }

    private IReadOnlyList<DelegatedGrant> Read(string body) => JsonSerializer.Deserialize(body, _json.DelegatedGrants)!.Value!;

    private sealed class OneByteStream(byte[] bytes) : MemoryStream(bytes)
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            base.ReadAsync(buffer[..1], cancellationToken);
    }
}
