using WorkloadIdentity;
using WorkloadIdentity.Testing;

namespace WebApi;

/// <summary>The web API itself: who calls it is a user, and what it calls it calls on behalf of that user.</summary>
internal static class Shop
{
    public static WebApplication Build(EntraEmulator entra, Action<IServiceCollection>? more = null)
    {
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions { EnvironmentName = Environments.Development });
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");

        // In the cloud this line is not there.
        builder.UseEntraEmulator(entra);

        builder.Services.AddWorkloadIdentity()
            .UseSecret(entra.Application.TenantId, entra.Application.ClientId, entra.Application.AddSecret());
        builder.Services.AddHttpClient("orders", client => client.BaseAddress = entra.Api.Url).AddAccessToken(entra.Api.Scope);
        builder.Services.AddHealthChecks().AddWorkloadIdentity();
        more?.Invoke(builder.Services);

        var app = builder.Build();
        app.MapHealthChecks("/ready");
        app.MapGet("/orders", OrdersAsync);
        return app;
    }

    /// <remarks>A real web API validates the caller's token first (AddJwtBearer); Entra judges it again when it is exchanged.</remarks>
    private static async Task<IResult> OrdersAsync(HttpContext context, IHttpClientFactory clients)
    {
        if (context.Request.Headers.Authorization.ToString().Split(' ') is not ["Bearer", { Length: > 0 } userToken])
        {
            return Results.Unauthorized();
        }

        try
        {
            using var orders = clients.CreateClient("orders");
            using var response =
                await orders.SendAsync(new HttpRequestMessage(HttpMethod.Get, "").OnBehalfOf(userToken), context.RequestAborted);
            return Results.StatusCode((int)response.StatusCode);
        }
        catch (TokenAcquisitionException exception) when (exception.Error.ToChallenge() is { } challenge)
        {
            // Entra wants something of the user, and only our caller can ask the user for it.
            context.Response.Headers.WWWAuthenticate = challenge;
            return Results.Unauthorized();
        }
        catch (TokenAcquisitionException exception) when (exception.Error.Kind is TokenErrorKind.Refused)
        {
            return Results.Unauthorized();
        }
    }
}
