using System.Net.WebSockets;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace WorkloadIdentity.Tests;

/// <summary>The code of docs/http.md, docs/configuration.md and docs/telemetry.md, compiled.</summary>
internal static class PipelineSnippets
{
    public static void Register(HostApplicationBuilder builder)
    {
        builder.Services.AddWorkloadIdentity();
        builder.Services.AddHttpClient("orders", client => client.BaseAddress = new Uri("https://orders.contoso.com"))
            .AddHttpMessageHandler(() => new RetryingHandler())      // whatever retries: outside
            .AddAccessToken("api://orders/.default");                // the token: inside
    }

    public static void Configure(HostApplicationBuilder builder, IServiceCollection services)
    {
        builder.Services.AddWorkloadIdentity(builder.Configuration.GetSection("WorkloadIdentity"));
        builder.Services.AddWorkloadIdentity("graph", builder.Configuration.GetSection("Graph"));

        services.AddWorkloadIdentityKind(
            "Robot", ["Serial"], section => new RobotCredential(section.Required("Serial"), section.ApplicationOptions()));

        builder.Services.AddHealthChecks().AddWorkloadIdentity();
    }

    public static void Ask(HttpRequestMessage request, string tenantId, string userToken, AgentUser agentUser)
    {
        request.ForTenant(tenantId);         // in a customer's tenant
        request.OnBehalfOf(userToken);       // as the user who called us
        request.ForAgentUser(agentUser);     // as the agent identity's own user
        request.WithScope("https://graph.microsoft.com/.default");
        request.SkipAccessToken();           // this one needs none
    }

    public static async Task ListenAsync(IHttpClientFactory clients, CancellationToken cancellationToken)
    {
        using var socket = new ClientWebSocket();
        await socket.ConnectAsync(new Uri("wss://orders.contoso.com/changes"), clients.CreateClient("orders"), cancellationToken);
    }

    public static async Task HandOnAsync(HttpClient orders, HttpResponse response)
    {
        try
        {
            await orders.GetStringAsync("/orders");
        }
        catch (TokenAcquisitionException exception) when (exception.Error.ToChallenge() is { } challenge)
        {
            response.StatusCode = 401;
            response.Headers.WWWAuthenticate = challenge;
        }
    }

    private sealed class RetryingHandler : DelegatingHandler;

    private sealed class RobotCredential(string serial, ApplicationCredentialOptions options) : Credential
    {
        public override string Name => $"robot {serial}";

        protected override ValueTask<TokenResult> AcquireCoreAsync(Acquisition acquisition, CancellationToken cancellationToken) =>
            ValueTask.FromResult(
                TokenResult.Failed(new TokenError(TokenErrorKind.NotAllowed, $"Robots get nothing from {options.AuthorityHost.Host}.")));
    }
}
