using System.Text;

namespace WorkloadIdentity.Tests;

/// <summary>Each member of a token response is read once, in every form that Entra and hosts write it in.</summary>
public sealed class TokenAnswerTests
{
    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("\"text\"")]
    [InlineData("{\"access_token\":\"a\",\"access_token\":\"b\"}")]
    [InlineData("<html>")]
    public void What_is_not_one_object_with_unique_names_is_not_read(string body) => Assert.Null(Read(body));

    [Fact]
    public void A_token_is_read_with_all_that_stands_beside_it()
    {
        var answer = Read(
            """
            {"access_token":"t","token_type":"Bearer","expires_in":3599,"expires_on":"1767272400","refresh_in":"1800","resource":"r",
             "client_id":"c","object_id":"o1","principal_id":"","principalId":"o2","mi_res_id":"m"}
            """)!;

        Assert.Equal(
            ("t", true, "Bearer", "r", "c"),
            (answer.AccessToken, answer.HasTokenType, answer.TokenType, answer.Resource, answer.ClientId));
        Assert.Equal((3599, 1767272400, 1800), (answer.ExpiresIn.Seconds, answer.ExpiresOn.Seconds, answer.RefreshIn.Seconds));
        Assert.Equal(["o1", "o2"], answer.ObjectIds);
        Assert.Equal(["m"], answer.ResourceIds);
        Assert.False(answer.HasError);
    }

    [Fact]
    public void An_identity_is_read_by_each_of_its_names()
    {
        var answer = Read("""{"object_id":"o1","principal_id":"o2","principalId":"o3","msi_res_id":"r1","mi_res_id":"r2"}""")!;

        Assert.Equal(["o1", "o2", "o3"], answer.ObjectIds);
        Assert.Equal(["r1", "r2"], answer.ResourceIds);
    }

    [Theory]
    [InlineData("1", true, 1d)]
    [InlineData("\"1.5\"", true, 1.5)]
    [InlineData("\"-5\"", true, -5d)]
    [InlineData("1e999", true, null)]
    [InlineData("\"NaN\"", true, null)]
    [InlineData("\"soon\"", true, null)]
    [InlineData("[1]", true, null)]
    [InlineData("\"\"", false, null)]
    [InlineData("null", false, null)]
    public void A_time_is_a_finite_number_quoted_or_not(string value, bool isStated, double? seconds)
    {
        var time = Read($$"""{"expires_in":{{value}}}""")!.ExpiresIn;

        Assert.Equal((isStated, seconds), (time.IsStated, time.Seconds));
    }

    [Fact]
    public void An_error_of_entra_is_read_with_its_codes()
    {
        var answer = Read(
            """
            {"error":"invalid_client","error_description":"d","suberror":"s","error_codes":[7000215,-1,"x",0,50001],"claims":"{}",
             "trace_id":"t","correlation_id":"c"}
            """)!;

        Assert.Equal(
            (true, "invalid_client", "d", "s", "{}", "t", "c"),
            (answer.HasError, answer.Error, answer.ErrorDescription, answer.Suberror, answer.Claims, answer.TraceId, answer.CorrelationId));
        Assert.Equal([7000215, 50001], answer.ErrorCodes);
    }

    [Theory]
    [InlineData("""{"error":{"code":"c","message":"m","correlationId":"i"}}""", true)]
    [InlineData("""{"error":{"code":"c","Message":"m","correlationId":"i"}}""", true)]
    [InlineData("""{"error":{"code":"c","message":"m","Message":"x","correlationId":"i"},"correlationId":"x"}""", true)]
    [InlineData("""{"error":{"code":"c","message":"m"},"correlationId":"i"}""", true)]
    [InlineData("""{"code":"c","message":"m","correlationId":"i"}""", false)]
    public void An_error_of_a_host_may_be_an_object(string body, bool hasError)
    {
        var answer = Read(body)!;

        Assert.Equal((hasError, "c", "m", "i"), (answer.HasError, answer.HostCode, answer.HostMessage, answer.HostCorrelationId));
        Assert.Null(answer.Error);
    }

    [Fact]
    public void An_answer_is_read_once()
    {
        using var response = new HttpResponseMessage();
        var now = new FakeClock().Now;
        var answer = BackchannelAnswer.Received(response, """{"access_token":"t"}"""u8.ToArray(), now, now);
        var garbage = BackchannelAnswer.Received(response, "no"u8.ToArray(), now, now);

        Assert.Same(answer.Said, answer.Said);
        Assert.Null(garbage.Said);
    }

    private static TokenAnswer? Read(string body) => TokenAnswer.Read(Encoding.UTF8.GetBytes(body));
}
