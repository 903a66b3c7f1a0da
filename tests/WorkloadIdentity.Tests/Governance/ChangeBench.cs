using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using WorkloadIdentity.Governance;
using WorkloadIdentity.Testing;

namespace WorkloadIdentity.Tests;

/// <summary>An emulated tenant, and a client of its Graph that may change it.</summary>
internal sealed class ChangeBench : IAsyncDisposable
{
    private readonly TokenAcquirer _acquirer;

    private ChangeBench(EntraEmulator entra, EmulatedApi api, EmulatedApplication admin, string secret)
    {
        (Entra, Api, Admin) = (entra, api, admin);
        var credential = new ApplicationCredential(
            entra.Tenant.Id, admin.ClientId, ClientSecretAuthentication.FromValue(secret),
            new ApplicationCredentialOptions { AuthorityHost = entra.AuthorityHost });
        _acquirer = new TokenAcquirer(credential);
        Graph = new GraphClient(_acquirer, new GraphClientOptions
        {
            Endpoint = api.Url,
            Scope = api.Scope,
            TimeProvider = new TimeWithoutPauses(),
            Transport = new StepHandler(Steps) { InnerHandler = new SocketsHttpHandler { UseProxy = false } },
        });
    }

    /// <summary>The points before and after each write of the client.</summary>
    public FailingSteps Steps { get; } = new();

    public EntraEmulator Entra { get; }

    public EmulatedApi Api { get; }

    /// <summary>The application that the client is.</summary>
    public EmulatedApplication Admin { get; }

    public GraphClient Graph { get; }

    public static async Task<ChangeBench> StartAsync(EmulatedGraphOptions? options = null, params IReadOnlyList<string> permissions)
    {
        var entra = await EntraEmulator.StartAsync();
        var api = entra.AddGraph(options ?? new EmulatedGraphOptions { EnforcesLimits = false });
        var admin = entra.AddApplication();
        foreach (var permission in permissions)
        {
            admin.AssignRole(api, permission);
        }

        return new ChangeBench(entra, api, admin, admin.AddSecret());
    }

    /// <summary>A plain request: the status and the body.</summary>
    public async Task<(int Status, JsonNode? Body)> SendAsync(string method, string path, string? body = null)
    {
        using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false });
        using var message = new HttpRequestMessage(new HttpMethod(method), new Uri(Api.Url, path));
        var token = await _acquirer.GetTokenAsync(new TokenRequest(Api.Scope));
        message.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token.Value);
        if (body is not null)
        {
            message.Content = new StringContent(body, Encoding.UTF8, "application/json");
        }

        using var answer = await http.SendAsync(message);
        var text = await answer.Content.ReadAsStringAsync();
        return ((int)answer.StatusCode, text.Length == 0 ? null : JsonNode.Parse(text));
    }

    public async ValueTask DisposeAsync()
    {
        Graph.Dispose();
        _acquirer.Dispose();
        await Entra.DisposeAsync();
    }
}

/// <summary>
/// The time of a client that waits: each pause is over at once, and the clock has gone on by it. What ends a request that takes too long
/// is no pause.
/// </summary>
internal sealed class TimeWithoutPauses : TimeProvider
{
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(99);
    private long _passed;

    public override DateTimeOffset GetUtcNow() => System.GetUtcNow() + TimeSpan.FromTicks(Interlocked.Read(ref _passed));

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override long GetTimestamp() => GetUtcNow().Ticks;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        if (dueTime < TimeSpan.Zero || dueTime > Longest)
        {
            return System.CreateTimer(callback, state, dueTime, period);
        }

        Interlocked.Add(ref _passed, dueTime.Ticks);
        return System.CreateTimer(callback, state, TimeSpan.Zero, period);
    }
}
