using System.Net;

namespace WorkloadIdentity.Tests;

public sealed class ImdsHostTests
{
    private const string TokenUrl =
        "http://169.254.169.254/metadata/identity/oauth2/token?api-version=2018-02-01&resource=https%3A%2F%2Fgraph.microsoft.com";
    private const string NotFound = """{"error":"invalid_request","error_description":"Identity not found"}""";

    private readonly Machine _machine = new();

    public static TheoryData<string, ManagedIdentityId?, string> Requests => new()
    {
        { "default", null, TokenUrl },
        { "system", ManagedIdentityId.SystemAssigned, TokenUrl },
        { "client", ManagedIdentityId.FromClientId(Machine.ClientId), $"{TokenUrl}&client_id={Machine.ClientId}" },
        { "object", ManagedIdentityId.FromObjectId(Machine.ObjectId), $"{TokenUrl}&object_id={Machine.ObjectId}" },
        { "resource", ManagedIdentityId.FromResourceId(
            Machine.ResourceId), $"{TokenUrl}&msi_res_id={Uri.EscapeDataString(Machine.ResourceId)}" },
    };

    [Theory]
    [MemberData(nameof(Requests))]
    public async Task The_request_is_exactly_that_of_2018(string kind, ManagedIdentityId? id, string url)
    {
        _machine.Answers(HttpStatusCode.OK, _machine.Token());

        var result = await _machine.AcquireAsync(id);

        Assert.True(result.Verdict == TokenVerdict.Issued, $"{kind}: {result}");
        var request = Assert.Single(_machine.Server.Requests);
        Assert.Equal(HttpMethod.Get, request.Method);
        Assert.Equal(url, request.Uri.AbsoluteUri);
        Assert.Equal(["Metadata", "User-Agent"], request.Headers.Keys.Order(StringComparer.Ordinal));
        Assert.Equal("true", request.Headers["Metadata"]);
        Assert.Equal("", request.Body);
    }

    [Theory]
    [InlineData("http://127.0.0.1:2579", "http://127.0.0.1:2579/metadata/identity/oauth2/token")]
    [InlineData("http://127.0.0.1:2579/", "http://127.0.0.1:2579/metadata/identity/oauth2/token")]
    [InlineData("https://metadata.example", "https://metadata.example/metadata/identity/oauth2/token")]
    public async Task Its_authority_can_be_another(string authority, string url)
    {
        _machine.Variables["AZURE_POD_IDENTITY_AUTHORITY_HOST"] = authority;
        _machine.Answers(HttpStatusCode.OK, _machine.Token());

        Assert.Equal(TokenVerdict.Issued, (await _machine.AcquireAsync()).Verdict);
        Assert.StartsWith(url + "?api-version=", Assert.Single(_machine.Server.Requests).Uri.AbsoluteUri, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("canary", "not an absolute")]
    [InlineData("http://canary.example", "plain http")]
    [InlineData("http://user:canary@127.0.0.1", "user info")]
    [InlineData("http://127.0.0.1/canary", "carries a path")]
    [InlineData("http://127.0.0.1/?client_id=canary", "query")]
    public async Task Another_authority_that_is_none_is_an_error_naming_the_variable(string authority, string says)
    {
        _machine.Variables["AZURE_POD_IDENTITY_AUTHORITY_HOST"] = authority;

        foreach (var inChain in new[] { false, true })
        {
            var result = await _machine.AcquireAsync(inChain: inChain);

            Assert.Equal(TokenVerdict.Failed, result.Verdict);
            Assert.Equal(TokenErrorKind.InvalidConfiguration, result.Error!.Kind);
            Assert.Contains("AZURE_POD_IDENTITY_AUTHORITY_HOST", result.Error.Message, StringComparison.Ordinal);
            Assert.Contains(says, result.Error.Message, StringComparison.Ordinal);
            Assert.DoesNotContain("canary", result.Error.Message, StringComparison.Ordinal);
        }

        Assert.Empty(_machine.Server.Requests);
    }

    [Fact]
    public async Task An_identity_that_is_not_there_lets_a_chain_go_on_when_none_was_named()
    {
        var result = await _machine.Answers(HttpStatusCode.BadRequest, NotFound).AcquireAsync();

        Assert.Equal(TokenVerdict.Unavailable, result.Verdict);
        Assert.Equal(TokenErrorKind.NotConfigured, result.Error!.Kind);
        Assert.Contains("no managed identity", result.Error.Message, StringComparison.Ordinal);
        Assert.Single(_machine.Server.Requests);
    }

    public static TheoryData<string, ManagedIdentityId> Named => new()
    {
        { "system", ManagedIdentityId.SystemAssigned },
        { "client", ManagedIdentityId.FromClientId(Machine.ClientId) },
        { "object", ManagedIdentityId.FromObjectId(Machine.ObjectId) },
        { "resource", ManagedIdentityId.FromResourceId(Machine.ResourceId) },
    };

    [Theory]
    [MemberData(nameof(Named))]
    public async Task A_named_identity_that_is_not_there_is_a_failure(string kind, ManagedIdentityId id)
    {
        var result = await _machine.Answers(HttpStatusCode.BadRequest, NotFound).AcquireAsync(id);

        Assert.True(result.Verdict == TokenVerdict.Failed, kind);
        Assert.Equal(TokenErrorKind.Refused, result.Error!.Kind);
        Assert.Contains(id.ToString(), result.Error.Message, StringComparison.Ordinal);
        Assert.Equal(id.Kind == ManagedIdentityIdKind.ClientId ? id.Value : null, result.Error.ClientId);
        Assert.Single(_machine.Server.Requests);
    }

    [Theory]
    [InlineData(
        """{"error":"invalid_request","error_description":"Multiple user assigned identities exist, """
            + """please specify the clientId / resourceId of the identity in the token request"}""",
        "name one by its client id")]
    [InlineData(
        """{"error":"invalid_resource","error_description":"AADSTS500011: The resource principal named x was not found"}""",
        "AADSTS500011). The API that the scope names does not exist in this tenant. What to do: Is the scope's first part")]
    [InlineData("""{"error":"unauthorized_client"}""", "Check that")]
    public async Task A_refusal_says_what_to_do(string body, string says)
    {
        var result = await _machine.Answers(HttpStatusCode.BadRequest, body).AcquireAsync();

        Assert.Equal(TokenVerdict.Failed, result.Verdict);
        Assert.Contains(says, result.Error!.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Beside_a_federated_token_its_identity_is_the_nodes_and_refused()
    {
        _machine.Variables["AZURE_FEDERATED_TOKEN_FILE"] = "/var/run/secrets/azure/tokens/azure-identity-token";

        foreach (var id in new[] { null, ManagedIdentityId.FromClientId(Machine.ClientId) })
        {
            var result = await _machine.AcquireAsync(id, inChain: true);

            Assert.Equal(TokenVerdict.Failed, result.Verdict);
            Assert.Equal(TokenErrorKind.NotAllowed, result.Error!.Kind);
            Assert.Contains("AZURE_FEDERATED_TOKEN_FILE", result.Error.Message, StringComparison.Ordinal);
            Assert.Contains("AllowNodeIdentity", result.Error.Message, StringComparison.Ordinal);
        }

        Assert.Empty(_machine.Server.Requests);
    }

    [Fact]
    public async Task The_nodes_identity_can_be_meant()
    {
        _machine.Variables["AZURE_FEDERATED_TOKEN_FILE"] = "/var/run/secrets/azure/tokens/azure-identity-token";
        _machine.Answers(HttpStatusCode.OK, _machine.Token());

        Assert.Equal(TokenVerdict.Issued, (await _machine.AcquireAsync(configure: options => options.AllowNodeIdentity = true)).Verdict);
    }

    [Theory]
    [InlineData(HttpStatusCode.OK, "<html>sign in to the network</html>")]
    [InlineData(HttpStatusCode.Forbidden, "A socket operation was attempted to an unreachable network")]
    public async Task What_only_a_probe_forgives_is_a_failure_without_alternatives(HttpStatusCode status, string body)
    {
        var result = await _machine.Answers(status, body).AcquireAsync();

        Assert.Equal(TokenVerdict.Failed, result.Verdict);
        Assert.Single(_machine.Server.Requests);
    }
}
