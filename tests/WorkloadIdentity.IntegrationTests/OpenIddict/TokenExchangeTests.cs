using Microsoft.IdentityModel.JsonWebTokens;
using WorkloadIdentity.Testing;

namespace WorkloadIdentity.IntegrationTests;

/// <summary>Our token exchange (RFC 8693) as OpenIddict sees it. The server exchanges tokens of its own.</summary>
public sealed class TokenExchangeTests(OpenIddictServer server) : IClassFixture<OpenIddictServer>
{
    private static readonly TokenRequest Orders = new("api://orders/.default");

    // The server compiles much of its code at the first requests, on a machine that may be busy.
    private static readonly RetryOptions Patient = new() { AttemptTimeout = TimeSpan.FromMinutes(2) };

    [Fact]
    public async Task A_token_is_exchanged_for_one_of_the_same_subject_with_another_scope()
    {
        using var subject = new TokenAcquirer(Application());

        var result = await ExchangeAsync(subject, OpenIddictServer.ExchangedScope, OpenIddictServer.Secret);

        Assert.Equal(TokenVerdict.Issued, result.Verdict);
        var issued = new JsonWebToken(result.Token!.Value);
        Assert.Equal(OpenIddictServer.WithSecret, issued.Subject);
        Assert.Equal(OpenIddictServer.ExchangedScope, issued.GetClaim("scope").Value);
        Assert.Equal(issued.ValidTo, result.Token.ExpiresOn.UtcDateTime, TimeSpan.FromSeconds(10));
    }

    [Fact]
    public async Task A_token_of_another_issuer_is_refused()
    {
        await using var entra = await EntraEmulator.StartAsync();
        entra.AddApi("api://orders");
        using var subject = new TokenAcquirer(new ApplicationCredential(
            entra.Application.TenantId,
            entra.Application.ClientId,
            ClientSecretAuthentication.FromValue(entra.Application.AddSecret()),
            new ApplicationCredentialOptions { AuthorityHost = entra.AuthorityHost }));

        var error = (await ExchangeAsync(subject, OpenIddictServer.ExchangedScope, OpenIddictServer.Secret)).Error!;

        Assert.Equal((TokenErrorKind.Refused, "invalid_grant"), (error.Kind, error.OAuthError));
        Assert.Contains($"audience api://orders, subject {entra.Application.ObjectId}", error.Message, StringComparison.Ordinal);
        Assert.Equal(2, entra.Journal.TokenRequests.Count);
    }

    [Theory]
    [InlineData(OpenIddictServer.ExchangedScope, "another secret", "invalid_client")]
    [InlineData("unknown", OpenIddictServer.Secret, "invalid_scope")]
    public async Task A_wrong_secret_and_an_unknown_scope_are_refused(string scope, string secret, string refusal)
    {
        using var subject = new TokenAcquirer(Application());

        var error = (await ExchangeAsync(subject, scope, secret)).Error!;

        Assert.Equal((TokenErrorKind.Refused, refusal), (error.Kind, error.OAuthError));
    }

    private ApplicationCredential Application() => new(
        OpenIddictServer.Tenant,
        OpenIddictServer.WithSecret,
        ClientSecretAuthentication.FromValue(OpenIddictServer.Secret),
        new ApplicationCredentialOptions { AuthorityHost = server.Address, Retry = Patient });

    private async Task<TokenResult> ExchangeAsync(ITokenAcquirer subject, string scope, string secret)
    {
        var credential = new TokenExchangeCredential(
            new Uri(server.Address, $"{OpenIddictServer.Tenant}/oauth2/v2.0/token"),
            subject,
            Orders,
            new()
            {
                SubjectTokenType = TokenExchangeCredentialOptions.AccessTokenType,
                ClientId = OpenIddictServer.WithSecret,
                ClientSecret = _ => ValueTask.FromResult(secret),
                Retry = Patient,
            });
        return await credential.AcquireAsync(new Acquisition(new TokenRequest(scope)), CancellationToken.None);
    }
}
