using System.Net;
using System.Text.Json;

namespace WorkloadIdentity.Tests;

public sealed class TokenRequestSelectorTests : IDisposable
{
    private const string Scope = "https://api.contoso.com/.default";
    private static readonly Uri Address = new("https://api.contoso.com/orders");

    private readonly FakeTokens _tokens = new();
    private readonly FakeServer _api = new() { Otherwise = _ => FakeServer.Response(HttpStatusCode.OK) };

    public void Dispose() => _api.Dispose();

    [Fact]
    public async Task A_message_names_its_tenant_user_and_scope()
    {
        await SendAsync(
            Get().ForTenant("contoso.com").OnBehalfOf("jwt").WithScope("api://other/.default"),
            new AccessTokenHandlerOptions { AllowedOrigins = { new Uri("https://api.contoso.com") } });

        Assert.Equal(
            new TokenRequest("api://other/.default") { TenantId = "contoso.com", UserAssertion = "jwt", ContinuousAccess = true },
            Assert.Single(_tokens.Requests));
    }

    [Fact]
    public async Task What_a_message_does_not_name_stays_as_it_was()
    {
        using var client =
            Client(
                new AccessTokenHandlerOptions { ContinuousAccess = false },
                new TokenRequest(Scope) { FmiPath = "path", TenantId = "contoso.com" });

        using var response = await client.SendAsync(Get().OnBehalfOf("jwt"), CancellationToken.None);

        Assert.Equal(
            new TokenRequest(Scope) { FmiPath = "path", TenantId = "contoso.com", UserAssertion = "jwt" }, Assert.Single(_tokens.Requests));
    }

    [Fact]
    public async Task One_request_instance_serves_all_messages_that_name_nothing()
    {
        using var client = Client();
        using var one = await client.SendAsync(Get(), CancellationToken.None);
        using var two = await client.SendAsync(Get(), CancellationToken.None);

        Assert.Same(_tokens.Requests[0], _tokens.Requests[1]);
    }

    [Fact]
    public async Task A_copy_changed_later_does_not_change_the_original()
    {
        var original = Get().ForTenant("a.example");
        var copy = Get();
        foreach (var option in original.Options)
        {
            ((IDictionary<string, object?>)copy.Options).Add(option);
        }

        copy.ForTenant("b.example");
        await SendAsync(original);

        Assert.Equal("a.example", Assert.Single(_tokens.Requests).TenantId);
    }

    [Fact]
    public async Task A_skipped_message_goes_anywhere_without_a_token()
    {
        await SendAsync(
            new HttpRequestMessage(HttpMethod.Get, "http://elsewhere.example/").SkipAccessToken(),
            new AccessTokenHandlerOptions { RequireTenant = true });

        Assert.Empty(_tokens.Requests);
        Assert.DoesNotContain("Authorization", Assert.Single(_api.Requests).Headers.Keys);
    }

    [Fact]
    public async Task A_message_skipped_on_a_later_pass_loses_our_token()
    {
        var message = Get();
        message.Headers.Authorization = FakeTokens.Token("earlier").Header;

        await SendAsync(message.SkipAccessToken());

        Assert.DoesNotContain("Authorization", Assert.Single(_api.Requests).Headers.Keys);
    }

    [Fact]
    public async Task A_message_without_a_tenant_is_not_sent_where_one_is_required()
    {
        var options = new AccessTokenHandlerOptions { RequireTenant = true };

        var exception = await Assert.ThrowsAsync<TokenAcquisitionException>(() => SendAsync(Get(), options));
        Assert.Equal(TokenErrorKind.NotAllowed, exception.Error.Kind);
        Assert.Contains("ForTenant", exception.Message, StringComparison.Ordinal);
        Assert.Empty(_api.Requests);

        await SendAsync(Get().ForTenant("contoso.com"), options);
        options.Select = _ => new TokenRequest(Scope) { TenantId = "fabrikam.com" };
        await SendAsync(Get(), options);
        Assert.Equal(["contoso.com", "fabrikam.com"], _tokens.Requests.Select(request => request.TenantId));
    }

    [Fact]
    public async Task Select_chooses_and_the_message_goes_before_it()
    {
        var options =
            new AccessTokenHandlerOptions
            {
                Select = message =>
                new TokenRequest("api://chosen/.default") { TenantId = message.RequestUri!.Query.TrimStart('?') }
            };
        options.AllowedOrigins.Add(new Uri("https://api.contoso.com"));

        await SendAsync(new HttpRequestMessage(HttpMethod.Get, "https://api.contoso.com/?a.example"), options);
        await SendAsync(new HttpRequestMessage(HttpMethod.Get, "https://api.contoso.com/?a.example").ForTenant("b.example"), options);

        Assert.Equal(
            [
                new TokenRequest("api://chosen/.default") { TenantId = "a.example", ContinuousAccess = true },
                new TokenRequest("api://chosen/.default") { TenantId = "b.example", ContinuousAccess = true },
            ],
            _tokens.Requests);
    }

    [Fact]
    public async Task Select_that_returns_nothing_or_throws_sends_nothing()
    {
        var nothing =
            await Assert.ThrowsAsync<TokenAcquisitionException>(
                () => SendAsync(Get(), new AccessTokenHandlerOptions { Select = _ => null! }));
        Assert.Equal(TokenErrorKind.InvalidConfiguration, nothing.Error.Kind);

        await Assert.ThrowsAsync<InvalidOperationException>(
            () => SendAsync(Get(), new AccessTokenHandlerOptions { Select = _ => throw new InvalidOperationException() }));

        foreach (var scope in new[] { "api://AzureADTokenExchange/.default", "a fb60f99c-7a34-4190-8149-302f77469936/.default" })
        {
            var exchange = await Assert.ThrowsAsync<TokenAcquisitionException>(
                () => SendAsync(Get(), new AccessTokenHandlerOptions { Select = _ => new TokenRequest(scope) }));
            Assert.Equal(TokenErrorKind.NotAllowed, exchange.Error.Kind);
        }
        Assert.Empty(_api.Requests);
        Assert.Empty(_tokens.Requests);
    }

    [Fact]
    public async Task A_scope_of_the_message_may_go_to_its_own_host_and_not_to_a_foreign_one()
    {
        await SendAsync(new HttpRequestMessage(HttpMethod.Get, "https://vault.azure.net/x").WithScope("https://vault.azure.net/.default"));

        await Assert.ThrowsAsync<TokenAcquisitionException>(
            () =>
                SendAsync(new HttpRequestMessage(HttpMethod.Get, "https://evil.example/x").WithScope("https://vault.azure.net/.default")));
        await Assert.ThrowsAsync<TokenAcquisitionException>(
            () => SendAsync(new HttpRequestMessage(HttpMethod.Get, "https://vault.azure.net/x")));
        Assert.Single(_api.Requests);
    }

    [Fact]
    public async Task The_host_of_the_clients_scope_is_no_place_for_tokens_of_another_scope() =>
        await Assert.ThrowsAsync<TokenAcquisitionException>(() => SendAsync(Get().WithScope("https://graph.microsoft.com/.default")));

    [Theory]
    [InlineData("common")]
    [InlineData("../evil")]
    [InlineData("")]
    public void A_bad_tenant_is_refused_where_it_is_written(string tenant) =>
        Assert.Throws<ArgumentException>(() => Get().ForTenant(tenant));

    [Theory]
    [InlineData("")]
    [InlineData("two words")]
    [InlineData("line\r\nbreak")]
    public void A_bad_user_assertion_is_refused_where_it_is_written(string assertion) =>
        Assert.Throws<ArgumentException>(() => Get().OnBehalfOf(assertion));

    [Fact]
    public void What_a_message_carries_is_neither_printed_nor_serialised()
    {
        var message = Get().OnBehalfOf("canary");

        foreach (var (_, value) in message.Options)
        {
            Assert.DoesNotContain("canary", $"{value}", StringComparison.Ordinal);
            Assert.DoesNotContain("canary", JsonSerializer.Serialize(value), StringComparison.Ordinal);
        }

        Assert.DoesNotContain("canary", message.ToString(), StringComparison.Ordinal);
    }

    private static HttpRequestMessage Get() => new(HttpMethod.Get, Address);

    private HttpMessageInvoker Client(AccessTokenHandlerOptions? options = null, TokenRequest? request = null) =>
        new(new AccessTokenHandler(_tokens, request ?? new TokenRequest(Scope), options) { InnerHandler = _api }, disposeHandler: false);

    private async Task SendAsync(HttpRequestMessage message, AccessTokenHandlerOptions? options = null)
    {
        using var client = Client(options);
        using var response = await client.SendAsync(message, CancellationToken.None);
    }
}
