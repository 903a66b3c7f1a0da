using System.Net.Http.Headers;
using Microsoft.AspNetCore.Authentication.JwtBearer;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.DependencyInjection;
using MigrationGuide;
using WorkloadIdentity.Testing;

namespace Pages.Tests;

/// <summary>Where the guides say that the incoming token comes from, it is: behind AddJwtBearer, as ASP.NET Core keeps it.</summary>
public sealed class IncomingTokenTests
{
    [Fact]
    public async Task The_token_that_a_user_calls_with_is_handed_on()
    {
        await using var entra = await EntraEmulator.StartAsync();
        entra.Faults.Api.Next(Fault.Body("""["one order"]"""));
        await using var app = Build(entra);
        await app.StartAsync();
        using var client = app.GetTestClient();
        var userToken = entra.Application.IssueUserToken("alice@contoso.example");

        using var request = new HttpRequestMessage(HttpMethod.Get, "/orders");
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", userToken);
        using var response = await client.SendAsync(request);

        Assert.Equal("""["one order"]""", await response.Content.ReadAsStringAsync());
        Assert.True(Assert.Single(entra.Journal.TokenRequests).IsOnBehalfOf);
    }

    private static WebApplication Build(EntraEmulator entra)
    {
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions { EnvironmentName = "Test" });
        builder.WebHost.UseTestServer();
        builder.UseEntraEmulator(entra);
        builder.Services.AddAuthorization();
        builder.Services.AddAuthentication(JwtBearerDefaults.AuthenticationScheme).AddJwtBearer(options =>
        {
            options.Authority = entra.Tenant.Issuer.AbsoluteUri;
            options.Audience = entra.Application.ClientId;
            options.RequireHttpsMetadata = false;
        });
        builder.Services.AddWorkloadIdentity();
        builder.Services.AddHttpClient("orders", client => client.BaseAddress = entra.Api.Url).AddAccessToken(entra.Api.Scope);

        var app = builder.Build();
        app.UseAuthentication();
        app.UseAuthorization();
        IdentityWebUserAfter.Map(app);
        return app;
    }
}
