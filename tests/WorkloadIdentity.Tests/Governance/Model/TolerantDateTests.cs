using System.Text.Json;
using WorkloadIdentity.Governance;

namespace WorkloadIdentity.Tests;

public sealed class TolerantDateTests
{
    private readonly GraphJson _json = GraphJson.Create(new PooledText());

    [Theory]
    [InlineData("2026-01-02T03:04:05Z", "2026-01-02T03:04:05+00:00")]
    [InlineData("2026-01-02T03:04:05.1234567Z", "2026-01-02T03:04:05.1234567+00:00")]
    [InlineData("2021-04-01T00:00:00-8:00", "2021-04-01T00:00:00-08:00")]
    [InlineData("2021-04-01T00:00:00+5:30", "2021-04-01T00:00:00+05:30")]
    [InlineData("2021-04-01T00:00:00", "2021-04-01T00:00:00+00:00")]
    [InlineData("2021-04-01", "2021-04-01T00:00:00+00:00")]
    public void A_date_is_read_with_its_offset(string text, string expected)
    {
        Assert.Equal(DateTimeOffset.Parse(expected, System.Globalization.CultureInfo.InvariantCulture), Read($"\"{text}\""));
        Assert.Equal(0, _json.Dates.Unreadable);
    }

    [Theory]
    [InlineData("\"2021-08-14T13:06:51.8202975Z)\"", "2021-08-14T13:06:51.8202975Z)")]
    [InlineData("\"yesterday, or the day before, or some day of last week\"", "yesterday, or the day before, or some da")]
    [InlineData("{\"date\":1}", "a value that is no text")]
    [InlineData("1767225600", "a value that is no text")]
    public void A_date_that_cannot_be_read_is_null_and_counted(string value, string example)
    {
        Assert.Null(Read(value));
        Assert.Equal(1, _json.Dates.Unreadable);
        Assert.Equal(example, _json.Dates.Example);
    }

    [Theory]
    [InlineData("null")]
    [InlineData("\"\"")]
    public void No_date_is_null_and_not_counted(string value)
    {
        Assert.Null(Read(value));
        Assert.Equal(0, _json.Dates.Unreadable);
    }

    private DateTimeOffset? Read(string value) =>
        JsonSerializer.Deserialize($$"""{"value":[{"id":"1","riskLastUpdatedDateTime":{{value}}}]}""", _json.RiskyServicePrincipals)!
            .Value![0].RiskLastUpdatedDateTime;
}
