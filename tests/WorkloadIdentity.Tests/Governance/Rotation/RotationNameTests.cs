using WorkloadIdentity.Governance;

namespace WorkloadIdentity.Tests;

public sealed class RotationNameTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 26, 16, 40, 7, 123, TimeSpan.Zero);

    [Theory]
    [InlineData("3a7a7f6e-6f35-4a44-8b33-9a5b0a2d4f11")]
    [InlineData(null)]
    public void A_name_is_read_as_it_was_written(string? replaces)
    {
        var name = RotationName.New(Now, "0123abcd", replaces);

        Assert.Equal(name, RotationName.Parse(name.ToString()));
        Assert.Equal(name, RotationName.Parse($"CN={name}"));
        Assert.InRange($"{name}".Length, 1, 90);
        Assert.NotEqual(name, RotationName.New(Now, "0123abcd", replaces));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("secret 1")]
    [InlineData("rotation of the wheel")]
    [InlineData("rotation 20261126T164007Z 0123abcd-00ff00 of ")]
    [InlineData("rotation 20261326T164007Z 0123abcd-00ff00 of none")]
    [InlineData("rotation 20261126T164007Z 0123abcg-00ff00 of none")]
    [InlineData("rotation 20261126T164007Z 0123abcd-00ff00 of none\n")]
    [InlineData("my rotation 20261126T164007Z 0123abcd-00ff00 of none")]
    public void A_name_that_somebody_else_gave_is_not_read(string? name)
    {
        Assert.Null(RotationName.Parse(name));
    }
}
