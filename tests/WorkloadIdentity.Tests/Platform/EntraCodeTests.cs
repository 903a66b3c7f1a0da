namespace WorkloadIdentity.Tests;

public sealed class EntraCodeTests
{
    [Theory]
    [InlineData(70021, true)]
    [InlineData(700211, true)]
    [InlineData(700212, true)]
    [InlineData(700213, true)]
    [InlineData(70025, true)]
    [InlineData(700214, false)]
    [InlineData(7000215, false)]
    public void A_missing_federated_credential_may_still_be_propagating(long code, bool expected) =>
        Assert.Equal(expected, EntraCode.MayBePropagating(code));

    [Theory]
    [InlineData(7000215, true)]
    [InlineData(7000222, true)]
    [InlineData(700027, true)]
    [InlineData(7000274, true)]
    [InlineData(7000214, true)]
    [InlineData(7000277, true)]
    [InlineData(1000502, true)]
    [InlineData(EntraCode.AssertionOutsideLifetime, true)]
    [InlineData(EntraCode.AlgorithmNotSupported, false)]
    [InlineData(700016, false)]
    [InlineData(65001, false)]
    public void A_refused_secret_or_certificate_may_have_been_rotated(long code, bool expected) =>
        Assert.Equal(expected, EntraCode.MayBeRotated(code));
}
