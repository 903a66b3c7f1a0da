using System.Security.Claims;
using System.Text.Json;
using Microsoft.AspNetCore.Authentication.JwtBearer;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using WorkloadIdentity.Testing;

namespace ConsumerRecipes;

/// <summary>
/// Plays two servers that take a JWT of an issuer they trust: the login of HashiCorp Vault's JWT method, and Snowflake's SQL API. The JWT
/// is validated by ASP.NET Core.
/// </summary>
internal sealed class JwtLoginServer : IAsyncDisposable
{
    private readonly WebApplication _app;
    private int _logins;

    private JwtLoginServer(WebApplication app) => _app = app;

    public Uri Address => new(_app.Urls.Single());

    public int Logins => _logins;

    public static async Task<JwtLoginServer> StartAsync(EntraEmulator entra)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Services.AddAuthentication(JwtBearerDefaults.AuthenticationScheme).AddJwtBearer(options =>
        {
            options.Authority = $"{entra.AuthorityHost}{entra.Application.TenantId}/v2.0";
            options.RequireHttpsMetadata = false;
            options.TokenValidationParameters.ValidAudiences = ["api://vault", "api://snowflake"];
            options.MapInboundClaims = false;
            options.Events = new JwtBearerEvents { OnMessageReceived = ReadFromBodyAsync };
        });
        builder.Services.AddAuthorization();
        var server = new JwtLoginServer(builder.Build());
        server._app.UseAuthentication();
        server._app.UseAuthorization();
        server._app.MapPost("/v1/auth/jwt/login", server.LogIn).RequireAuthorization();
        server._app.MapGet("/v1/secret/data/orders", (HttpContext context) =>
            context.Request.Headers["X-Vault-Token"] == $"hvs.{server.Logins}"
                ? Results.Json(new { data = new { key = "42" } })
                : Results.StatusCode(403));
        server._app.MapPost("/api/v2/statements", (HttpContext context, ClaimsPrincipal caller) =>
            context.Request.Headers["X-Snowflake-Authorization-Token-Type"] == "OAUTH" && caller.HasClaim("aud", "api://snowflake")
                ? Results.Json(new { data = new[] { new[] { caller.FindFirstValue("appid") } } })
                : Results.StatusCode(401)).RequireAuthorization();
        await server._app.StartAsync();
        return server;
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    /// <summary>Vault gets the JWT in the body.</summary>
    private static async Task ReadFromBodyAsync(MessageReceivedContext context)
    {
        if (context.Request.Path == "/v1/auth/jwt/login")
        {
            context.Request.EnableBuffering();
            context.Token = (await context.Request.ReadFromJsonAsync<JsonElement>()).GetProperty("jwt").GetString();
            context.Request.Body.Position = 0;
        }
    }

    private async Task<IResult> LogIn(HttpRequest request, ClaimsPrincipal caller)
    {
        var body = await request.ReadFromJsonAsync<JsonElement>();
        return body.GetProperty("role").GetString() == "orders" && caller.HasClaim("aud", "api://vault")
            ? Results.Json(new { auth = new { client_token = $"hvs.{Interlocked.Increment(ref _logins)}", lease_duration = 2764800 } })
            : Results.Json(new { errors = new[] { "role could not be found" } }, statusCode: 400);
    }
}
