using System.Net;
using System.Text.Json.Nodes;

namespace WorkloadIdentity.Tests;

public sealed class TokenRefusalTests
{
    private readonly EntraFake _entra = new();

    public static TheoryData<HttpStatusCode, string, TokenErrorKind, TokenErrorCategory, long[], string> Answers => new()
    {
        { HttpStatusCode.Unauthorized, EntraFake.Error(
            7000215), TokenErrorKind.Refused, TokenErrorCategory.ClientSecret, [7000215],
            "Something is wrong. The client secret is wrong. What to do: Is it the secret's Value" },
        { HttpStatusCode.BadRequest, EntraFake.Error(
            700016,
            "unauthorized_client"), TokenErrorKind.Refused, TokenErrorCategory.AppNotFound, [700016],
            "What to do: Are client id and tenant id from the same app registration" },
        { HttpStatusCode.BadRequest, EntraFake.Error(
            90002, "invalid_request"), TokenErrorKind.Refused, TokenErrorCategory.Tenant, [90002], "What to do:" },
        { HttpStatusCode.BadRequest, EntraFake.Error(
            53003, "invalid_grant"), TokenErrorKind.Refused, TokenErrorCategory.ConditionalAccess, [53003], "What to do:" },
        { HttpStatusCode.BadRequest, EntraFake.Error(
            999999, "access_denied"), TokenErrorKind.Refused, TokenErrorCategory.None, [999999], "error?code=999999" },

        // Codes in the description only; several; none at all.
        {
            HttpStatusCode.BadRequest,
            """{"error":"invalid_client","error_description":"AADSTS7000222: The secret expired."}""",
            TokenErrorKind.Refused,
            TokenErrorCategory.ClientSecret,
            [7000222],
            "The secret expired."
        },
        {
            HttpStatusCode.BadRequest,
            """{"error":"invalid_client","error_codes":[1,7000222]}""",
            TokenErrorKind.Refused,
            TokenErrorCategory.ClientSecret,
            [1, 7000222],
            "AADSTS1."
        },
        {
            HttpStatusCode.BadRequest,
            """{"error":"invalid_client","error_codes":"7000222","error_description":"AADSTS7000222"}""",
            TokenErrorKind.Refused,
            TokenErrorCategory.ClientSecret,
            [7000222],
            "AADSTS7000222"
        },
        {
            HttpStatusCode.BadRequest,
            """{"error":"invalid_client","error_codes":[-1,1.5,"x",null]}""",
            TokenErrorKind.Refused,
            TokenErrorCategory.ClientCredential,
            [],
            "Response: 400 invalid_client."
        },
        {
            HttpStatusCode.BadRequest,
            """{"error":"invalid_grant","suberror":"protection_policy_required"}""",
            TokenErrorKind.Refused,
            TokenErrorCategory.ConditionalAccess,
            [],
            "invalid_grant/protection_policy_required"
        },
        { HttpStatusCode.BadRequest, """{"error":{"code":"x"}}""", TokenErrorKind.Refused, TokenErrorCategory.None, [], "Response: 400." },

        // A code that is known says more than the error.
        { HttpStatusCode.BadRequest, EntraFake.Error(
            53003, "interaction_required"), TokenErrorKind.Refused, TokenErrorCategory.ConditionalAccess, [53003], "What to do:" },
        { HttpStatusCode.BadRequest, EntraFake.Error(
            50158,
            "invalid_grant"), TokenErrorKind.Refused, TokenErrorCategory.InteractionRequired, [50158],
            "Answer the caller with 401 and error.ToChallenge()" },

        // Not Entra's form.
        { HttpStatusCode.BadRequest, "", TokenErrorKind.InvalidResponse, TokenErrorCategory.None, [], "not a token response" },
        { HttpStatusCode.BadRequest, "{}", TokenErrorKind.InvalidResponse, TokenErrorCategory.None, [], "Check the authority host" },
        { HttpStatusCode.NotFound, "<!DOCTYPE html><html>", TokenErrorKind.InvalidResponse, TokenErrorCategory.None, [], "web page" },
        { HttpStatusCode.ProxyAuthenticationRequired, "<html>", TokenErrorKind.InvalidResponse, TokenErrorCategory.None, [],
            "proxy requires authentication" },
        { HttpStatusCode.BadRequest, new string(
            'x', Backchannel.MaxErrorBytes + 1), TokenErrorKind.InvalidResponse, TokenErrorCategory.None, [], "Response: 400." },
    };

    [Theory]
    [MemberData(nameof(Answers))]
    public async Task An_answer_becomes_kind_category_codes_and_what_to_do(
        HttpStatusCode status, string body, TokenErrorKind kind, TokenErrorCategory category, long[] codes, string says)
    {
        var error = (await _entra.Answers(status, body).AcquireAsync()).Error!;

        Assert.Equal(kind, error.Kind);
        Assert.Equal(category, error.Category);
        Assert.Equal(codes, error.EntraErrorCodes);
        Assert.Equal((int)status, error.StatusCode);
        Assert.False(error.IsTransient);
        Assert.Contains(says, error.Message, StringComparison.Ordinal);
        Assert.Contains(EntraFake.ClientId, error.Message, StringComparison.Ordinal);
        Assert.Contains(EntraFake.Tenant, error.Message, StringComparison.Ordinal);
        Assert.Contains(EntraFake.Scope, error.Message, StringComparison.Ordinal);
        Assert.Contains("client secret", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Ids_come_from_the_answer_and_the_description_ends_before_them()
    {
        var error = (await _entra.Refuses(700016, "unauthorized_client").AcquireAsync()).Error!;

        Assert.Equal("unauthorized_client", error.OAuthError);
        Assert.Equal("0f1e2d3c-0000-4000-8000-000000000001", error.TraceId);
        Assert.Equal("0f1e2d3c-0000-4000-8000-000000000002", error.CorrelationId);
        Assert.Contains(
            "AADSTS700016: Something is wrong. This tenant does not know the client id", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("Trace ID", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("Timestamp", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_ids_in_the_answer_ours_and_the_headers_stand_in()
    {
        var error =
            (await _entra.Answers(
                HttpStatusCode.BadRequest,
                """{"error":"invalid_request"}""",
                headers: ("x-ms-request-id", "0f1e2d3c-0000-4000-8000-000000000009")).AcquireAsync()).Error!;

        Assert.Equal(_entra.Server.Requests[0].Headers["client-request-id"], error.CorrelationId);
        Assert.Equal("0f1e2d3c-0000-4000-8000-000000000009", error.TraceId);
    }

    [Fact]
    public async Task What_was_sent_in_secret_is_nowhere_in_the_error()
    {
        var user = EntraFake.Jwt("user-canary");
        var body = new JsonObject
        {
            ["error"] = "secret-canary",
            ["suberror"] = "secret-canary",
            ["error_description"] = $"AADSTS50013: you sent secret-canary, secret%2Dcanary and {user} and half of it, {user[
                ..60]}, and eyJhbGciOiJub25lIn0.eyJjYW5hcnkiOjF9. {new string('x', 600)} secret-canary",
            ["trace_id"] = "secret-canary",
            ["correlation_id"] = "secret-canary",
            ["claims"] = """{"access_token":{"x":"secret-canary"}}""",
        }.ToJsonString();

        var result =
            await _entra.Answers(HttpStatusCode.BadRequest, body)
                .AcquireAsync(request: new TokenRequest(EntraFake.Scope) { UserAssertion = user });

        var error = result.Error!;
        string?[] everything =
        [
            error.Message, error.ToString(), error.OAuthError, error.CorrelationId, error.TraceId, error.Claims, result.ToString(),
            new TokenAcquisitionException(error, result.Attempts).ToString(), System.Text.Json.JsonSerializer.Serialize(error.Message),
        ];
        Assert.All(everything.OfType<string>(), text =>
        {
            Assert.DoesNotContain("secret-canary", text, StringComparison.Ordinal);
            Assert.DoesNotContain("eyJ", text, StringComparison.Ordinal);
            Assert.DoesNotContain(user.Split('.')[1], text, StringComparison.Ordinal);
        });
        Assert.Contains("(hidden)", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_description_cannot_forge_lines_or_run_on()
    {
        var body = new JsonObject
        {
            ["error"] = "invalid_client\r\nforged: 1",
            ["error_description"] = $"one\r\ntwo\u001b[31mred\u202Ereversed\u0000 {new string('y', 5000)}",
        }.ToJsonString();

        var error = (await _entra.Answers(HttpStatusCode.BadRequest, body).AcquireAsync()).Error!;

        Assert.Null(error.OAuthError);
        Assert.DoesNotContain(error.Message, char.IsControl);
        Assert.DoesNotContain('\u202E', error.Message);
        Assert.Contains("one two [31mred reversed yyy", error.Message, StringComparison.Ordinal);
        Assert.True(error.Message.Count(character => character == 'y') < UntrustedText.MaxLength);
    }

    [Theory]
    [InlineData("""{\"access_token\":{\"polids\":{\"essential\":true}}}""", true)]
    [InlineData("not json", false)]
    [InlineData("[]", false)]
    public async Task Claims_to_pass_on_are_a_json_object_or_nothing(string claims, bool kept)
    {
        var body = $$"""{"error":"interaction_required","error_codes":[50076],"claims":"{{claims}}"}""";

        var error = (await _entra.Answers(HttpStatusCode.BadRequest, body).AcquireAsync()).Error!;

        Assert.Equal(TokenErrorCategory.InteractionRequired, error.Category);
        Assert.Equal(kept, error.Claims is not null);
    }

    [Theory]
    [InlineData("interaction_required", null, TokenErrorCategory.InteractionRequired)]
    [InlineData("login_required", null, TokenErrorCategory.InteractionRequired)]
    [InlineData("account_selection_required", null, TokenErrorCategory.InteractionRequired)]
    [InlineData("invalid_grant", "basic_action", TokenErrorCategory.InteractionRequired)]
    [InlineData("invalid_grant", "additional_action", TokenErrorCategory.InteractionRequired)]
    [InlineData("invalid_grant", "user_password_expired", TokenErrorCategory.InteractionRequired)]
    [InlineData("consent_required", null, TokenErrorCategory.Consent)]
    [InlineData("invalid_grant", "consent_required", TokenErrorCategory.Consent)]
    [InlineData("interaction_required", "consent_required", TokenErrorCategory.Consent)]
    [InlineData("invalid_grant", "bad_token", TokenErrorCategory.Grant)]
    [InlineData("invalid_grant", null, TokenErrorCategory.Grant)]
    [InlineData("invalid_client", null, TokenErrorCategory.ClientCredential)]
    [InlineData("unauthorized_client", null, TokenErrorCategory.AppRegistration)]
    [InlineData("unauthorized_client", "protection_policy_required", TokenErrorCategory.ConditionalAccess)]
    [InlineData("invalid_scope", null, TokenErrorCategory.Scope)]
    [InlineData("invalid_resource", null, TokenErrorCategory.Resource)]
    [InlineData("invalid_target", null, TokenErrorCategory.Resource)]
    [InlineData("invalid_request", null, TokenErrorCategory.RequestBug)]
    [InlineData("unsupported_grant_type", null, TokenErrorCategory.RequestBug)]
    [InlineData("server_error", null, TokenErrorCategory.ServiceError)]
    [InlineData("temporarily_unavailable", null, TokenErrorCategory.Transient)]
    [InlineData("Interaction_Required", null, TokenErrorCategory.None)]
    public async Task Where_no_code_is_known_the_error_decides(string error, string? suberror, TokenErrorCategory category)
    {
        var body = new JsonObject { ["error"] = error, ["suberror"] = suberror, ["error_codes"] = new JsonArray(999999) }.ToJsonString();

        var credential = _entra.Credential(configure: options => options.Retry.MaxAttempts = 1);

        var refusal = (await _entra.Answers(HttpStatusCode.BadRequest, body).AcquireAsync(credential)).Error!;

        Assert.Equal((category, error), (refusal.Category, refusal.OAuthError));
    }

    [Theory]
    [InlineData(true, TokenErrorCategory.InteractionRequired, "error.ToChallenge()")]
    [InlineData(false, TokenErrorCategory.Grant, "Look the code up")]
    public async Task Claims_beside_a_refusal_are_what_the_user_has_to_do(bool isForUser, TokenErrorCategory category, string says)
    {
        const string Body =
            """{"error":"invalid_grant","error_codes":[999999],"claims":"{\"access_token\":{\"capolids\":{\"essential\":true}}}"}""";
        var request = new TokenRequest(EntraFake.Scope) { UserAssertion = isForUser ? EntraFake.Jwt("alice") : null };

        var error = (await _entra.Answers(HttpStatusCode.BadRequest, Body).AcquireAsync(request: request)).Error!;

        Assert.Equal(category, error.Category);
        Assert.NotNull(error.Claims);
        Assert.Contains(says, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_a_user_the_advice_names_the_administrator()
    {
        const string Body = """{"error":"interaction_required","error_codes":[999999]}""";

        var error = (await _entra.Answers(HttpStatusCode.BadRequest, Body).AcquireAsync()).Error!;

        Assert.Contains("exempt this application from the policy", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_federated_mismatch_tells_what_the_assertion_said()
    {
        var source = AssertionSource.FromCallback((_, _) => ValueTask.FromResult(EntraFake.Jwt("repo:contoso/Shop:ref:refs/heads/main")));

        var error = (await _entra.Refuses(700213).AcquireAsync(new FederatedAuthentication(source))).Error!;

        Assert.Equal(TokenErrorCategory.FederationMismatch, error.Category);
        Assert.Contains(
            "\n  issuer:   https://issuer.example/\n  subject:  repo:contoso/Shop:ref:refs/heads/main\n"
                + "  audience: api://AzureADTokenExchange\n",
            error.Message,
            StringComparison.Ordinal);
    }
}
