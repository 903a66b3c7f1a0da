using Microsoft.AspNetCore.Builder;
using WireMock;
using WireMock.RequestBuilders;
using WireMock.ResponseBuilders;
using WireMock.Server;
using WireMock.Settings;

namespace WorkloadIdentity.IntegrationTests;

/// <summary>WireMock servers on the loopback address, and what our tests read of what they received.</summary>
internal static class StubServer
{
    // A higher number is a lower priority: any other stub goes first.
    private const int Last = 10;

    /// <summary>
    /// An answer with this header promises a longer body than it has, so the server ends the connection after the body. WireMock itself
    /// states the length that a body has.
    /// </summary>
    public const string CutOff = "X-Cut-Off";

    /// <summary>A server without stubs. It answers 404 and says in the body that nothing matched.</summary>
    public static WireMockServer Start() => Start(new WireMockServerSettings { Urls = ["http://127.0.0.1:0"] });

    /// <inheritdoc cref="Start()"/>
    public static WireMockServer Start(WireMockServerSettings settings)
    {
        settings.PreWireMockMiddlewareInit = application => ((IApplicationBuilder)application).Use((context, next) =>
        {
            context.Response.OnStarting(() =>
            {
                if (context.Response.Headers.ContainsKey(CutOff))
                {
                    context.Response.ContentLength = 60_000;
                }

                return Task.CompletedTask;
            });
            return next(context);
        });
        return WireMockServer.Start(settings);
    }

    /// <summary>A server that gives one answer to whatever no other stub matches.</summary>
    public static WireMockServer Answering(int status, params (string Name, string Value)[] headers)
    {
        var server = Start();
        server.Given(Request.Create()).AtPriority(Last).RespondWith(Answer(status, headers));
        return server;
    }

    public static IResponseBuilder Answer(int status, params (string Name, string Value)[] headers)
    {
        var response = Response.Create().WithStatusCode(status);
        foreach (var (name, value) in headers)
        {
            response = response.WithHeader(name, value);
        }

        return response;
    }

    extension(WireMockServer server)
    {
        public Uri Address => new(server.Urls[0]);

        public IReadOnlyList<IRequestMessage> Requests => [.. server.LogEntries.Select(entry => entry.RequestMessage!)];

        /// <summary>The Authorization headers received, in order; null where there was none.</summary>
        public IReadOnlyList<string?> Tokens => [.. server.Requests.Select(request => request.Header("Authorization"))];

        /// <summary>What requests with this token are answered.</summary>
        public void Answers(string token, IResponseBuilder answer) =>
            server.Given(Request.Create().WithHeader("Authorization", $"Bearer {token}")).RespondWith(answer);
    }

    extension(IRequestMessage request)
    {
        public string? Header(string name) =>
            request.Headers?.Where(header => header.Key.Equals(name, StringComparison.OrdinalIgnoreCase))
                .Select(header => string.Join(", ", header.Value)).FirstOrDefault();
    }
}
