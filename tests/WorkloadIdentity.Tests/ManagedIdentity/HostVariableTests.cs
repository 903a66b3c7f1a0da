namespace WorkloadIdentity.Tests;

public sealed class HostVariableTests
{
    [Theory]
    [InlineData("http://127.0.0.1:41741/MSI/token/")]
    [InlineData("http://127.255.0.9/x")]
    [InlineData("http://[::1]:8081/x")]
    [InlineData("http://[::ffff:127.0.0.1]/x")]
    [InlineData("http://169.254.169.254")]
    [InlineData("http://169.254.129.2:8081/msi/token")]
    [InlineData("http://[fe80::1]/x")]
    [InlineData("http://localhost:42356/msi/token")]
    [InlineData("http://LOCALHOST/x")]
    [InlineData("https://identity.example/token")]
    [InlineData("https://10.0.0.4:2377/metadata/identity/oauth2/token")]
    public void Plain_http_stays_on_this_machine_or_its_link(string value)
    {
        var (address, problem) = Read(value);

        Assert.Null(problem);
        Assert.NotNull(address);
    }

    [Theory]
    [InlineData("canary", "not an absolute")]
    [InlineData("/canary/token", "not an absolute")]
    [InlineData("//canary/token", "not an absolute")]
    [InlineData("canary.example:80/token", "not an absolute")]
    [InlineData("ftp://127.0.0.1/canary", "not an absolute")]
    [InlineData("file:///canary", "not an absolute")]
    [InlineData("unix:///var/run/canary.sock", "not an absolute")]
    [InlineData("http://", "not an absolute")]
    [InlineData("http:///canary", "not an absolute")]
    [InlineData(" http://127.0.0.1/canary", "white space")]
    [InlineData("http://127.0.0.1/canary\n", "white space")]
    [InlineData("http://127.0.0.1/can\tary", "white space")]
    [InlineData("http://127.0.0.1/canary\0", "white space")]
    [InlineData("http://canary:secret@127.0.0.1/x", "user info")]
    [InlineData("http://@127.0.0.1/x", "user info")]
    [InlineData("http://127.0.0.1@canary.example/x", "user info")]
    [InlineData("http://127.0.0.1/x?resource=canary", "query")]
    [InlineData("http://127.0.0.1/x?", "query")]
    [InlineData("http://127.0.0.1/x#canary", "query")]
    [InlineData("http://canary.example/token", "plain http")]
    [InlineData("http://127.0.0.1.canary.example/token", "plain http")]
    [InlineData("http://localhost.canary.example/token", "plain http")]
    [InlineData("http://10.0.0.4/token", "plain http")]
    [InlineData("http://172.16.0.4/token", "plain http")]
    [InlineData("http://192.168.0.1/token", "plain http")]
    [InlineData("http://169.253.0.1/token", "plain http")]
    [InlineData("http://0.0.0.0/token", "plain http")]
    [InlineData("http://[2001:db8::1]/token", "plain http")]
    [InlineData("http://[::ffff:10.0.0.4]/token", "plain http")]
    [InlineData("http://metadata/token", "plain http")]
    public void Any_other_address_is_refused_and_not_shown(string value, string says)
    {
        var (address, problem) = Read(value);

        Assert.Null(address);
        Assert.StartsWith("VARIABLE ", problem, StringComparison.Ordinal);
        Assert.Contains(says, problem, StringComparison.Ordinal);
        Assert.DoesNotContain("canary", problem, StringComparison.Ordinal);
    }

    [Fact]
    public void Odd_spellings_of_an_address_are_judged_by_where_they_lead()
    {
        Assert.Null(Read("http://0x7f.1/x").Problem);
        Assert.NotNull(Read("http://0x0a.4/x").Problem);
        Assert.NotNull(Read("http://134744072/x").Problem);
    }

    [Fact]
    public void An_absent_variable_is_named() => Assert.Equal("VARIABLE is not set.", Read("").Problem);

    private static (Uri? Address, string? Problem) Read(string value) =>
        HostVariable.Address(WorkloadEnvironment.FromValues(new Dictionary<string, string> { ["VARIABLE"] = value }), "VARIABLE");
}
