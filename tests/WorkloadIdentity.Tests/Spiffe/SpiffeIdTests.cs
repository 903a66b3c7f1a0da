using WorkloadIdentity.Spiffe;

namespace WorkloadIdentity.Tests;

/// <summary>SPIFFE-ID, sections 2.1 to 2.3.</summary>
public sealed class SpiffeIdTests
{
    [Theory]
    [InlineData("spiffe://example.org")]
    [InlineData("spiffe://example.org/orders/api")]
    [InlineData("spiffe://1_2-3.4/A.b_c-D/...")]
    public void The_id_of_a_workload_is_taken(string id) => Assert.Null(SpiffeId.Problem(id));

    [Theory]
    [InlineData("")]
    [InlineData("spiffe://")]
    [InlineData("spiffe:///orders")]
    [InlineData("SPIFFE://example.org/orders")]
    [InlineData("spiffe://Example.org/orders")]
    [InlineData("spiffe://example.org/")]
    [InlineData("spiffe://example.org/orders/")]
    [InlineData("spiffe://example.org//orders")]
    [InlineData("spiffe://example.org/./orders")]
    [InlineData("spiffe://example.org/../orders")]
    [InlineData("spiffe://example.org:443/orders")]
    [InlineData("spiffe://user@example.org/orders")]
    [InlineData("spiffe://example.org/orders?x")]
    [InlineData("spiffe://example.org/orders#x")]
    [InlineData("spiffe://example.org/%6frders")]
    [InlineData("spiffe://example.org/orders\n")]
    [InlineData("https://example.org/orders")]
    public void Anything_else_is_refused(string id) => Assert.NotNull(SpiffeId.Problem(id));

    [Fact]
    public void The_lengths_are_those_of_the_standard()
    {
        Assert.Null(SpiffeId.Problem($"spiffe://{new string('a', 255)}/orders"));
        Assert.NotNull(SpiffeId.Problem($"spiffe://{new string('a', 256)}/orders"));
        Assert.Null(SpiffeId.Problem("spiffe://example.org/".PadRight(2048, 'a')));
        Assert.NotNull(SpiffeId.Problem("spiffe://example.org/".PadRight(2049, 'a')));
    }
}
