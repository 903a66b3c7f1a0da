using WorkloadIdentity.Governance;

namespace WorkloadIdentity.Tests;

public sealed class GraphErrorTests
{
    [Theory]
    [InlineData(401, "InvalidAuthenticationToken", GraphErrorKind.Unauthorized)]
    [InlineData(403, "Authorization_RequestDenied", GraphErrorKind.PermissionMissing)]
    [InlineData(403, "Authentication_RequestFromNonPremiumTenantOrB2CTenant", GraphErrorKind.LicenseMissing)]
    [InlineData(400, "AadPremiumLicenseRequired", GraphErrorKind.LicenseMissing)]
    [InlineData(400, "Request_BadRequest", GraphErrorKind.Refused)]
    [InlineData(400, "syncStateNotFound", GraphErrorKind.Expired)]
    [InlineData(404, "Request_ResourceNotFound", GraphErrorKind.NotFound)]
    [InlineData(410, "Gone", GraphErrorKind.Expired)]
    [InlineData(409, "Directory_ConcurrencyViolation", GraphErrorKind.Unavailable)]
    [InlineData(429, "TooManyRequests", GraphErrorKind.Throttled)]
    [InlineData(500, "InternalServerError", GraphErrorKind.Unavailable)]
    [InlineData(503, "ServiceUnavailable", GraphErrorKind.Unavailable)]
    public void The_kind_follows_status_and_code(int status, string code, GraphErrorKind expected)
    {
        var error = GraphError.Of("GET /x", status, Body(code, "Said so."), "id-1", null);

        Assert.Equal(expected, error.Kind);
        Assert.StartsWith($"Graph answered GET /x with {status} ({code}): Said so.", error.Message, StringComparison.Ordinal);
        Assert.Equal((status, code, "Said so.", "id-1"), (error.StatusCode, error.Code, error.ServerMessage, error.RequestId));
    }

    [Fact]
    public void A_licence_is_recognised_by_the_words_too() =>
        Assert.Equal(
            GraphErrorKind.LicenseMissing,
            GraphError.Of("GET /x", 403, Body("Forbidden", "Your tenant needs a Workload ID Premium license."), null, null).Kind);

    [Theory]
    [InlineData("")]
    [InlineData("<html>")]
    [InlineData("[]")]
    [InlineData("""{"error":"text"}""")]
    public void A_body_that_is_no_error_is_left_out(string body)
    {
        var read = GraphError.Read(System.Text.Encoding.UTF8.GetBytes(body), GraphJson.Create(new PooledText()));
        var error = GraphError.Of("GET /x", 503, read, null, null);

        Assert.Equal("Graph answered GET /x with 503. Try again later.", error.Message);
        Assert.Null(error.Code);
    }

    private static GraphErrorBody Body(string code, string message) =>
        new() { Error = new GraphErrorBody.Content { Code = code, Message = message } };
}
