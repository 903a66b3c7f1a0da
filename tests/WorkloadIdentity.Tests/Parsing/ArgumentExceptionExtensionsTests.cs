namespace WorkloadIdentity.Tests;

public sealed class ArgumentExceptionExtensionsTests
{
    [Fact]
    public void The_name_of_the_parameter_is_left_out()
    {
        Assert.Equal("The tenant is empty.", new ArgumentException("The tenant is empty.", "tenantId").Explain());
        Assert.Equal("The tenant is empty.", new ArgumentException("The tenant is empty.").Explain());
    }
}
