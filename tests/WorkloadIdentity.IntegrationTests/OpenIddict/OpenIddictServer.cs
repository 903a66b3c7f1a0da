using System.Security.Claims;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.IdentityModel.Tokens;
using OpenIddict.Abstractions;
using OpenIddict.Server;
using OpenIddict.Server.AspNetCore;
using static OpenIddict.Abstractions.OpenIddictConstants;
using static OpenIddict.Server.OpenIddictServerEvents;

namespace WorkloadIdentity.IntegrationTests;

/// <summary>
/// An OpenID server of .NET's own world, made of OpenIddict: its client authentication, its checks of assertions, its tokens. Ours are the
/// address, which is Entra's, and two registered clients.
/// </summary>
public sealed class OpenIddictServer : IAsyncLifetime
{
    public const string Tenant = "5f3b4c7e-0d52-4b4e-9a36-6a1d4c1f8e20";
    public const string WithSecret = "6bf7ab3f-6a37-4f6d-9a3c-2ee0f1d1f8a3";
    public const string WithCertificate = "0d3c1a52-9c0f-4d0e-8a54-6f1f6f0d2b11";
    public const string Secret = "s3cret-of-the-client";

    /// <summary>What <see cref="WithSecret"/> may have in exchange for a token of this server.</summary>
    public const string ExchangedScope = "stock";

    private const string Scope = "api://orders/.default";

    private WebApplication _app = null!;

    public Uri Address => new(_app.Urls.Single());

    /// <summary>The certificate whose public key is registered.</summary>
    public X509Certificate2 Certificate { get; } = SelfSigned.Make("CN=orders");

    public async Task InitializeAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var database = Guid.NewGuid().ToString();
        builder.Services.AddDbContext<DbContext>(options => options.UseInMemoryDatabase(database).UseOpenIddict());
        builder.Services.AddOpenIddict()
            .AddCore(core => core.UseEntityFrameworkCore().UseDbContext<DbContext>())
            .AddServer(server =>
            {
                server.SetTokenEndpointUris($"{Tenant}/oauth2/v2.0/token").AllowClientCredentialsFlow().AllowTokenExchangeFlow();
                server.RegisterScopes(Scope, ExchangedScope);
                server.AddEphemeralEncryptionKey().AddEphemeralSigningKey().DisableAccessTokenEncryption();
                AcceptEntrasAssertions(server);
                server.UseAspNetCore().EnableTokenEndpointPassthrough().DisableTransportSecurityRequirement();
            });
        _app = builder.Build();
        _app.MapPost($"{Tenant}/oauth2/v2.0/token", (Delegate)IssueAsync);
        await _app.StartAsync();

        using var services = _app.Services.CreateScope();
        var applications = services.ServiceProvider.GetRequiredService<IOpenIddictApplicationManager>();
        var client = Client(WithSecret);
        client.ClientSecret = Secret;
        client.Permissions.UnionWith([Permissions.GrantTypes.TokenExchange, Permissions.Prefixes.Scope + ExchangedScope]);
        await applications.CreateAsync(client);
        client = Client(WithCertificate);
        using var registered = X509CertificateLoader.LoadCertificate(Certificate.RawData);
        client.JsonWebKeySet = new JsonWebKeySet
        {
            Keys = { JsonWebKeyConverter.ConvertFromRSASecurityKey(new RsaSecurityKey(registered.GetRSAPublicKey())) },
        };
        await applications.CreateAsync(client);
    }

    public async Task DisposeAsync()
    {
        await _app.DisposeAsync();
        Certificate.Dispose();
    }

    /// <summary>
    /// OpenIddict 7 asks for the type and the audience of a draft (rfc7523bis): <c>client-authentication+jwt</c>, and the issuer. Entra
    /// asks for <c>JWT</c> and the address of its token endpoint. These two values are replaced; the checks are OpenIddict's own.
    /// </summary>
    private static void AcceptEntrasAssertions(OpenIddictServerBuilder server)
    {
        server.AddEventHandler<ValidateTokenContext>(handler => handler
            .SetOrder(OpenIddictServerHandlers.Protection.ResolveTokenValidationParameters.Descriptor.Order + 500)
            .UseInlineHandler(context =>
            {
                if (context.ValidTokenTypes.Contains(TokenTypeIdentifiers.Private.ClientAssertion))
                {
                    context.TokenValidationParameters!.TypeValidator = (type, _, _) =>
                        type == "JWT" ? JsonWebTokenTypes.ClientAuthentication : throw new SecurityTokenInvalidTypeException();
                    context.ValidAudiences.Clear();
                    context.ValidAudiences.Add(context.Transaction.RequestUri!.AbsoluteUri);
                }

                return ValueTask.CompletedTask;
            }));
    }

    private static OpenIddictApplicationDescriptor Client(string clientId) => new()
    {
        ClientId = clientId,
        ClientType = ClientTypes.Confidential,
        Permissions = { Permissions.Endpoints.Token, Permissions.GrantTypes.ClientCredentials, Permissions.Prefixes.Scope + Scope },
    };

    // Reached by clients that OpenIddict has authenticated, with a token to exchange that it has validated.
    private static async Task<IResult> IssueAsync(HttpContext context)
    {
        var request = context.GetOpenIddictServerRequest()!;
        var scheme = OpenIddictServerAspNetCoreDefaults.AuthenticationScheme;
        var subject = request.IsTokenExchangeGrantType()
            ? (await context.AuthenticateAsync(scheme)).Principal!.GetClaim(Claims.Subject)
            : request.ClientId;
        var identity = new ClaimsIdentity(scheme);
        identity.SetClaim(Claims.Subject, subject);
        identity.SetScopes(request.GetScopes());
        identity.SetResources("api://orders");
        return Results.SignIn(new ClaimsPrincipal(identity), authenticationScheme: scheme);
    }
}
