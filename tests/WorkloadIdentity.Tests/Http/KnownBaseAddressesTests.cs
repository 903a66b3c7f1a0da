namespace WorkloadIdentity.Tests;

public sealed class KnownBaseAddressesTests
{
    private readonly KnownBaseAddresses _known = new();

    [Fact]
    public void The_addresses_set_last_are_known_and_older_ones_are_forgotten()
    {
        Add(0, 3 * KnownBaseAddresses.MinKnown);

        Assert.True(_known.HasForgotten);
        Assert.False(_known.Contains(Of(0)));
        var last = Enumerable.Range(2 * KnownBaseAddresses.MinKnown, KnownBaseAddresses.MinKnown);
        Assert.All(last, number => Assert.True(_known.Contains(Of(number))));
    }

    [Fact]
    public void An_address_that_is_set_again_is_kept()
    {
        for (var round = 0; round < 6; round++)
        {
            Add(-1, 1);
            Add(round * KnownBaseAddresses.MinKnown / 2, KnownBaseAddresses.MinKnown / 2);
            Assert.True(_known.Contains(Of(-1)));
        }

        Assert.True(_known.HasForgotten);
    }

    [Fact]
    public void Nothing_is_forgotten_before_the_bound()
    {
        Add(0, 2 * KnownBaseAddresses.MinKnown);
        Add(KnownBaseAddresses.MinKnown, KnownBaseAddresses.MinKnown);

        Assert.False(_known.HasForgotten);
        Assert.True(_known.Contains(Of(0)));
    }

    private void Add(int first, int count)
    {
        for (var number = first; number < first + count; number++)
        {
            _known.Add(Of(number));
        }
    }

    private static Origin Of(int number) => new("https", $"h{number}.contoso.com", 443);
}
