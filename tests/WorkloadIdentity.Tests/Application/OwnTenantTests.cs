using System.Net;

namespace WorkloadIdentity.Tests;

/// <summary>Naming an application's own tenant, as Azure SDK clients do, asks the same question as naming none.</summary>
public sealed class OwnTenantTests : IDisposable
{
    private const string Own = "72f988bf-86f1-41af-91ab-2d7cd011db47";
    private const string Other = "5f3b4c7e-0d52-4b4e-9a36-6a1d4c1f8e20";
    private const string Client = "6bf7ab3f-6a37-4f6d-9a3c-2ee0f1d1f8a3";
    private static readonly TokenRequest Request = new("api://orders/.default");

    private readonly FakeServer _server = new();
    private int _tokens;

    public OwnTenantTests() => _server.Otherwise = _ => FakeServer.Response(
        HttpStatusCode.OK, $$"""{"token_type":"Bearer","expires_in":3599,"access_token":"t{{Interlocked.Increment(ref _tokens)}}"}""");

    public void Dispose() => _server.Dispose();

    [Fact]
    public async Task It_shares_the_token_of_a_request_that_names_none()
    {
        using var acquirer = new TokenAcquirer(Application());

        var first = await acquirer.GetTokenAsync(Request.ForTenant(Own.ToUpperInvariant()));
        var second = await acquirer.GetTokenAsync(Request);
        var renewed = await acquirer.RenewTokenAsync(Request.ForTenant(Own), first);

        Assert.Same(first, second);
        Assert.Same(renewed, await acquirer.GetTokenAsync(Request));
        Assert.Equal(2, _server.Requests.Count);
    }

    [Fact]
    public async Task A_chain_shares_it_once_it_has_chosen()
    {
        using var acquirer = new TokenAcquirer(new CredentialChain(ScriptedCredential.Absent("a"), Application()));

        var first = await acquirer.GetTokenAsync(Request);

        Assert.Same(first, await acquirer.GetTokenAsync(Request.ForTenant(Own)));
        Assert.Single(_server.Requests);
    }

    [Fact]
    public async Task A_users_token_is_shared_with_that_user_only()
    {
        using var acquirer = new TokenAcquirer(Application());
        var alice = new TokenRequest(Request.Scope) { UserAssertion = EntraFake.Jwt("alice") };

        var first = await acquirer.GetTokenAsync(alice.ForTenant(Own));

        Assert.Same(first, await acquirer.GetTokenAsync(alice));
        Assert.NotSame(first, await acquirer.GetTokenAsync(Request));
        Assert.NotSame(first, await acquirer.GetTokenAsync(new TokenRequest(Request.Scope) { UserAssertion = EntraFake.Jwt("bob") }));
        Assert.Equal(3, _server.Requests.Count);
    }

    [Fact]
    public async Task Another_tenant_never_shares()
    {
        using var acquirer = new TokenAcquirer(Application());

        var own = await acquirer.GetTokenAsync(Request);
        var other = await acquirer.GetTokenAsync(Request.ForTenant(Other));

        Assert.NotEqual(own.Value, other.Value);
        Assert.Contains(Other, _server.Requests[1].Uri.AbsolutePath, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_managed_identity_is_still_never_asked_in_a_tenant()
    {
        using var acquirer = new TokenAcquirer(ScriptedCredential.Issuing("host"));
        await acquirer.GetTokenAsync(Request);

        var exception =
            await Assert.ThrowsAsync<TokenAcquisitionException>(async () => await acquirer.GetTokenAsync(Request.ForTenant(Own)));

        Assert.Equal(RequestFeatures.TenantId, exception.Error.UnsupportedFeatures);
    }

    private ApplicationCredential Application() => new(
        Own, Client, ClientSecretAuthentication.FromValue("secret"),
        new ApplicationCredentialOptions { HttpClient = _server.Client, AdditionallyAllowedTenants = { Other } });
}
