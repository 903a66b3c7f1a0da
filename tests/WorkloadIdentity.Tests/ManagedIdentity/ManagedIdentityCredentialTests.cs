using System.Net;

namespace WorkloadIdentity.Tests;

public sealed class ManagedIdentityCredentialTests
{
    private readonly Machine _machine = new();

    [Fact]
    public async Task A_token_says_where_it_came_from_and_for_whom()
    {
        _machine.Answers(HttpStatusCode.OK, _machine.Token("canary-token", more: $$""","client_id":"{{Machine.ClientId}}" """));

        var result = await _machine.AcquireAsync();

        Assert.Equal(TokenVerdict.Issued, result.Verdict);
        Assert.Equal("canary-token", result.Token!.Value);
        Assert.Equal("managed identity", result.Token.AcquiredBy);
        Assert.Equal("IMDS", result.Token.Issuer);
        Assert.Equal(Machine.ClientId, result.Token.ClientId);
        Assert.Equal(_machine.Clock.Now.AddHours(24), result.Token.ExpiresOn);
        Assert.DoesNotContain("canary", result.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("https://graph.microsoft.com/.default", "https://graph.microsoft.com")]
    [InlineData("https://graph.microsoft.com//.default", "https://graph.microsoft.com/")]
    [InlineData("api://6bf7ab3f-6a37-4f6d-9a3c-2ee0f1d1f8a3/.default", "api://6bf7ab3f-6a37-4f6d-9a3c-2ee0f1d1f8a3")]
    [InlineData("api://a/.default/.default", "api://a/.default")]
    [InlineData("api://a?b=c&client_id=d#e/.default", "api://a?b=c&client_id=d#e")]
    public async Task The_resource_is_the_scope_without_its_one_suffix_and_encoded(string scope, string resource)
    {
        _machine.Answers(
            HttpStatusCode.OK, _machine.Token().Replace("\"https://graph.microsoft.com\"", $"\"{resource}\"", StringComparison.Ordinal));

        var result = await _machine.AcquireAsync(scope: scope);

        Assert.Equal(TokenVerdict.Issued, result.Verdict);
        Assert.Equal(resource, Assert.Single(_machine.Server.Requests).Query["resource"]);
        Assert.Equal(["api-version", "resource"], _machine.Server.Requests[0].Query.Keys);
    }

    [Theory]
    [InlineData("https://graph.microsoft.com", "does not end in /.default")]
    [InlineData("https://graph.microsoft.com/User.Read", "does not end in /.default")]
    [InlineData("/.default", "names no resource")]
    [InlineData("api://a/.default api://b/.default", "one resource at a time")]
    public async Task A_scope_that_is_no_resource_fails_without_asking(string scope, string says)
    {
        var result = await _machine.AcquireAsync(scope: scope);

        Assert.Equal(TokenVerdict.Failed, result.Verdict);
        Assert.Equal(TokenErrorKind.InvalidConfiguration, result.Error!.Kind);
        Assert.Contains(says, result.Error.Message, StringComparison.Ordinal);
        Assert.Equal(scope, result.Error.Scope);
        Assert.Empty(_machine.Server.Requests);
    }

    public static TheoryData<string, Acquisition> Beyond => new()
    {
        { "tenant", new(new TokenRequest(Machine.Scope) { TenantId = "contoso.com" }) },
        { "on behalf of a user", new(new TokenRequest(Machine.Scope) { UserAssertion = "jwt" }) },
        { "FMI path", new(new TokenRequest(Machine.Scope) { FmiPath = "x" }) },
        { "claims", new(new TokenRequest(Machine.Scope)) { Claims = "{}" } },
    };

    [Theory]
    [MemberData(nameof(Beyond))]
    public async Task A_request_it_cannot_express_fails_without_asking(string what, Acquisition acquisition)
    {
        var result = await _machine.Credential().AcquireAsync(acquisition, CancellationToken.None);

        Assert.Equal(TokenVerdict.Failed, result.Verdict);
        Assert.Equal(TokenErrorKind.InvalidConfiguration, result.Error!.Kind);
        Assert.Contains(what, result.Error.Message, StringComparison.Ordinal);
        Assert.Empty(_machine.Server.Requests);
    }

    [Fact]
    public async Task An_offer_of_continuous_access_is_left_out()
    {
        _machine.Answers(HttpStatusCode.OK, _machine.Token());

        var result =
            await _machine.Credential()
                .AcquireAsync(new Acquisition(new TokenRequest(Machine.Scope) { ContinuousAccess = true }), CancellationToken.None);

        Assert.Equal(TokenVerdict.Issued, result.Verdict);
        Assert.DoesNotContain("cp1", Assert.Single(_machine.Server.Requests).Uri.Query, StringComparison.Ordinal);
    }

    [Fact]
    public void Only_a_stable_id_shares_its_tokens()
    {
        Assert.Equal(
            $"managed-identity/client/{Machine.ClientId}",
            _machine.Credential(ManagedIdentityId.FromClientId(Machine.ClientId.ToUpperInvariant())).Partition);
        Assert.Equal(
            $"managed-identity/object/{Machine.ObjectId}", _machine.Credential(ManagedIdentityId.FromObjectId(Machine.ObjectId)).Partition);
        Assert.Null(_machine.Credential(ManagedIdentityId.FromResourceId(Machine.ResourceId)).Partition);
        Assert.Null(_machine.Credential(ManagedIdentityId.SystemAssigned).Partition);
        Assert.Null(_machine.Credential().Partition);
    }

    [Fact]
    public void Options_are_checked_and_copied()
    {
        Assert.Throws<ArgumentException>(
            () => _machine.Credential(configure: options => options.Retry = new RetryOptions { MaxAttempts = 0 }));
        Assert.Throws<ArgumentNullException>(() => _machine.Credential(configure: options => options.TimeProvider = null!));
        Assert.Throws<ArgumentNullException>(() => _machine.Credential(configure: options => options.Environment = null!));
    }

    [Fact]
    public async Task Options_changed_later_change_nothing()
    {
        var options = _machine.Options();
        var credential = new ManagedIdentityCredential(options: options);
        options.HttpClient = new FakeServer().Client;
        options.Environment = WorkloadEnvironment.FromValues(new Dictionary<string, string> { ["IDENTITY_HEADER"] = "x" });
        _machine.Answers(HttpStatusCode.OK, _machine.Token());

        var result = await credential.AcquireAsync(new Acquisition(new TokenRequest(Machine.Scope)), CancellationToken.None);

        Assert.Equal(TokenVerdict.Issued, result.Verdict);
    }

    [Fact]
    public async Task A_callers_cancellation_surfaces_as_itself()
    {
        using var cancellation = new CancellationTokenSource();
        _machine.Server.Hang(_machine.Clock);

        var task = _machine.Credential().AcquireAsync(new Acquisition(new TokenRequest(Machine.Scope)), cancellation.Token).AsTask();
        await cancellation.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => task);
    }

    [Fact]
    public async Task A_callers_cancellation_ends_a_retry_delay_at_once()
    {
        using var cancellation = new CancellationTokenSource();
        _machine.Answers(HttpStatusCode.TooManyRequests, headers: ("Retry-After", "20"));

        var task = _machine.Credential().AcquireAsync(new Acquisition(new TokenRequest(Machine.Scope)), cancellation.Token).AsTask();
        Assert.False(task.IsCompleted);
        await cancellation.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => task);
        Assert.Single(_machine.Server.Requests);
    }
}
