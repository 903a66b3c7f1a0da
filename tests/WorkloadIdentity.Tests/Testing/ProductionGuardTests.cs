using Microsoft.Extensions.FileProviders;
using Microsoft.Extensions.Hosting;
using WorkloadIdentity.Testing;

namespace WorkloadIdentity.Tests;

public sealed class ProductionGuardTests
{
    [Theory]
    [InlineData("Production")]
    [InlineData("production")]
    public void Production_is_refused_with_what_to_do(string name)
    {
        var exception = Assert.Throws<InvalidOperationException>(() => ProductionGuard.Require(new HostEnvironment(name)));

        Assert.Contains("UseEnvironment", exception.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Development")]
    [InlineData("Test")]
    [InlineData("Staging")]
    public void Everything_else_is_allowed(string name) => ProductionGuard.Require(new HostEnvironment(name));

    private sealed class HostEnvironment(string name) : IHostEnvironment
    {
        public string EnvironmentName { get; set; } = name;

        public string ApplicationName { get; set; } = "tests";

        public string ContentRootPath { get; set; } = "/";

        public IFileProvider ContentRootFileProvider { get; set; } = new NullFileProvider();
    }
}
