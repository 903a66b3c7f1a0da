namespace WorkloadIdentity.Tests;

/// <summary>
/// The check of signatures, by the vectors that AWS publishes for its own libraries (aws-c-auth, tests/aws-signing-test-suite/v4). They
/// share key, secret, date, region and service.
/// </summary>
public sealed class AwsSignatureTests
{
    private const string Token = "6e86291e8372ff2a2260956d9b8aae1d763fbf315fa00fa31553b73ebf194267";
    private const string LongToken =
        "AQoDYXdzEPT//////////wEXAMPLEtc764bNrC9SAPBSM22wDOk4x4HIZ8j4FZTwdQWLWsKWHGBuFqwAeMicRXmxfpSPfIeoIYRqTflfKD8YUu"
            + "wthAx7mSEI/qkPpKPi/kMcGdQrmGdeehM4IC1NtBmUpp2wUE8phUZampKsburEDy0KPkyQDYwT7WZ0wq5VSXDvp75YU9HFvlRd8Tx6q6fE8YQc"
            + "HNVXAkiY9q6d+xo0rKwT38xVqr7ZD0u0iPPkUL64lIZbqBAz+scqKmlzm8FDrypNC9Yjc8fPOLn9FX9KSYvKTr4rvx3iSIlTJabIQwj2ICCR/o"
            + "LxBA==";

    private static readonly DateTimeOffset Date = new(2015, 8, 30, 12, 36, 0, TimeSpan.Zero);

    public static TheoryData<string, string, string, string, string, string> Vectors => new()
    {
        { "get-vanilla", "GET", "/", "", "", "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31" },
        {
            "get-vanilla-with-session-token", "GET", "/", $"X-Amz-Security-Token:{Token}", "",
            "07ec1639c89043aa0e3e2de82b96708f198cceab042d4a97044c66dd9f74e7f8"
        },
        {
            "post-sts-header-before", "POST", "/", $"X-Amz-Security-Token:{LongToken}", "",
            "85d96828115b5dc0cfc3bd16ad9e210dd772bbebba041836c64533a82be05ead"
        },
        {
            "get-header-value-multiline", "GET", "/", "My-Header1:value1\n  value2\n     value3", "",
            "cfd34249e4b1c8d6b91ef74165d41a32e5fab3306300901bb65a51a73575eefd"
        },
        {
            "get-space-normalized", "GET", "/example space/", "", "",
            "652487583200325589f1fba4c7e578f72c47cb61beeca81406b39ddec1366741"
        },
        { "get-utf8", "GET", "/\u1234", "", "", "8318018e0b0f223aa2bbf98705b62bb787dc9c0e678f255a891fd03141be5d85" },
        {
            "get-vanilla-query-order-encoded", "GET", "/?Param-3=Value3&Param=Value2&%E1%88%B4=Value1", "", "",
            "371d3713e185cc334048618a97f809c9ffe339c62934c032af5a0e595648fcac"
        },
        {
            "post-x-www-form-urlencoded", "POST", "/",
            "Content-Type:application/x-www-form-urlencoded;Content-Length:13;"
                + "x-amz-content-sha256:9095672bbd1f56dfc5b65f3e153adc8731a4a654192329106275f4c7b24d0b6e",
            "Param1=value1", "d3875051da38690788ef43de4db0d8f280229d82040bfac253562e56c3f20e0b"
        },
    };

    [Theory]
    [MemberData(nameof(Vectors))]
    public void AWSs_vectors_are_accepted_and_nothing_near_them(
        string name, string method, string target, string headers, string body, string signature)
    {
        Assert.NotEmpty(name);
        var request = Signed(method, target, headers, body, signature);

        Assert.Null(Refusal(request));
        Assert.Equal("SignatureDoesNotMatch", Refusal(request with { Method = "PUT" }));
        Assert.Equal("SignatureDoesNotMatch", Refusal(new AwsRequest(method, target, request.Headers, body + "x")));
        Assert.Equal("SignatureDoesNotMatch", Refusal(request with { Target = "/other" }));
        Assert.Equal("SignatureDoesNotMatch", Refusal(request, secret: "another"));
        Assert.Equal("SignatureDoesNotMatch", Refusal(request, region: "eu-west-1"));
        Assert.Equal("SignatureDoesNotMatch", Refusal(request, now: Date + TimeSpan.FromMinutes(16)));
        Assert.Equal("InvalidClientTokenId", Refusal(request, secret: null));
        Assert.Equal(
            "MissingAuthenticationToken",
            Refusal(request with { Headers = [.. request.Headers.Where(header => header.Name != "Authorization")] }));
    }

    [Fact]
    public void A_session_token_that_was_not_signed_is_refused()
    {
        var request = Signed("GET", "/", "", "", "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31");

        Assert.Equal(
            "SignatureDoesNotMatch", Refusal(request with { Headers = [.. request.Headers, ("X-Amz-Security-Token", Token)] }));
    }

    private static AwsRequest Signed(string method, string target, string headers, string body, string signature)
    {
        List<(string Name, string Value)> sent = [("Host", "example.amazonaws.com"), ("X-Amz-Date", "20150830T123600Z")];
        sent.AddRange(headers.Split(';', StringSplitOptions.RemoveEmptyEntries).Select(header => header.Split(':', 2))
            .Select(header => (header[0], header[1])));
        var names = string.Join(';', sent.Select(header => header.Name.ToLowerInvariant()).Order(StringComparer.Ordinal));
        sent.Add(("Authorization",
            "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, "
                + $"SignedHeaders={names}, Signature={signature}"));
        return new AwsRequest(method, target, sent, body);
    }

    private static string? Refusal(
        AwsRequest request, string? secret = AwsSts.SecretKey, string region = "us-east-1", DateTimeOffset? now = null) =>
        AwsSignature.Refusal(request, key => key == AwsSts.AccessKey ? secret : null, region, "service", now ?? Date);
}
