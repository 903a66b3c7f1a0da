using System.Text.Json;
using WireMock.Models;
using WireMock.RequestBuilders;
using WireMock.ResponseBuilders;
using WireMock.Server;

namespace WorkloadIdentity.IntegrationTests;

/// <summary>
/// Bodies that arrive slowly, only in part, or without end, over a real connection: from the token endpoint and from every managed identity
/// host. The header of such an answer is in order.
/// </summary>
public sealed class BrokenBodyTests : IDisposable
{
    private const string Entra = "Entra";
    private const string Tenant = "aaaabbbb-0000-cccc-1111-dddd2222eeee";
    private const string Client = "00001111-aaaa-2222-bbbb-3333cccc4444";

    private static readonly TokenRequest Request = new($"{DocumentedHost.Resource}/.default");

    private readonly CancellationTokenSource _end = new();

    public static TheoryData<string> Servers => [Entra, .. DocumentedHost.All.Keys];

    /// <summary>Ends the bodies that drip, so that their server can stop.</summary>
    public void Dispose()
    {
        _end.Cancel();
        _end.Dispose();
    }

    [Theory]
    [MemberData(nameof(Servers))]
    public async Task A_body_in_pieces_is_read_to_its_end(string name)
    {
        using var issuer = Issuer.Start(name);
        issuer.Server.Given(issuer.Request()).RespondWith(InPieces(issuer.Json));

        var result = await AcquireAsync(issuer.Credential(new RetryOptions { MaxAttempts = 1 }));

        Assert.True(result.Verdict == TokenVerdict.Issued, result.Error?.Message);
        Assert.Equal(DocumentedHost.Token, result.Token!.Value);
    }

    /// <summary>The time limit of an attempt holds for its body as well: a byte now and then does not extend it.</summary>
    [Theory]
    [MemberData(nameof(Servers))]
    public async Task A_body_that_drips_is_given_up_with_the_attempt(string name)
    {
        using var issuer = Issuer.Start(name);
        issuer.Server.Given(issuer.Request()).RespondWith(Dripping(" "));

        var result = await AcquireAsync(
            issuer.Credential(new RetryOptions { MaxAttempts = 1, AttemptTimeout = TimeSpan.FromMilliseconds(300) }));

        Assert.Equal((TokenVerdict.Failed, TokenErrorKind.TimedOut), (result.Verdict, result.Error!.Kind));
    }

    [Theory]
    [MemberData(nameof(Servers))]
    public async Task A_body_without_end_is_given_up_at_its_size(string name)
    {
        using var issuer = Issuer.Start(name);
        issuer.Server.Given(issuer.Request()).RespondWith(Dripping(new string(' ', 128 * 1024)));

        var result = await AcquireAsync(
            issuer.Credential(new RetryOptions { MaxAttempts = 1, AttemptTimeout = TimeSpan.FromSeconds(60) }));

        Assert.Equal((TokenVerdict.Failed, TokenErrorKind.InvalidResponse), (result.Verdict, result.Error!.Kind));
    }

    [Theory]
    [MemberData(nameof(Servers))]
    public async Task A_body_that_is_cut_off_is_asked_for_again(string name)
    {
        using var issuer = Issuer.Start(name);
        issuer.Server.Given(issuer.Request()).InScenario("cut").WillSetStateTo("whole").RespondWith(Cut(issuer.Json));
        issuer.Server.Given(issuer.Request()).InScenario("cut").WhenStateIs("whole")
            .RespondWith(StubServer.Answer(200).WithBody(issuer.Json));

        var result = await AcquireAsync(issuer.Credential(Quick));

        Assert.True(result.Verdict == TokenVerdict.Issued, result.Error?.Message);
        Assert.Equal(2, issuer.TokenRequests);
    }

    /// <summary>An answer that is not complete is not used, even where what arrived can be read as a token.</summary>
    [Theory]
    [MemberData(nameof(Servers))]
    public async Task A_body_that_is_always_cut_off_is_a_failure(string name)
    {
        using var issuer = Issuer.Start(name);
        issuer.Server.Given(issuer.Request()).RespondWith(Cut(issuer.Json));

        var result = await AcquireAsync(issuer.Credential(Quick));

        Assert.Equal((TokenVerdict.Failed, TokenErrorKind.Unreachable), (result.Verdict, result.Error!.Kind));
        Assert.DoesNotContain(DocumentedHost.Token, result.Error.ToString(), StringComparison.Ordinal);
    }

    private static RetryOptions Quick => new() { Delay = TimeSpan.FromMilliseconds(1), MaxDelay = TimeSpan.FromMilliseconds(5) };

    private static ValueTask<TokenResult> AcquireAsync(Credential credential) =>
        credential.AcquireAsync(new Acquisition(Request), CancellationToken.None);

    /// <summary>A whole body, ten characters at a time.</summary>
    private IResponseBuilder InPieces(string json) => Streamed((body, _) =>
    {
        foreach (var piece in json.Chunk(10))
        {
            body.Write(new string(piece));
        }

        return Task.CompletedTask;
    });

    /// <summary>The same piece again and again.</summary>
    private IResponseBuilder Dripping(string piece) => Streamed(async (body, end) =>
    {
        while (!end.IsCancellationRequested)
        {
            body.Write(piece);
            var pause = Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, end);
            await pause.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    });

    /// <summary>The whole JSON, of a body that should be longer. Then the server closes the connection.</summary>
    private static IResponseBuilder Cut(string json) =>
        StubServer.Answer(200, (StubServer.CutOff, "true")).WithBody(json);

    /// <summary>WireMock streams bodies only for server-sent events, but it sends the pieces as they are.</summary>
    private IResponseBuilder Streamed(Func<IBlockingQueue<string?>, CancellationToken, Task> produce)
    {
        var end = _end.Token;
        return Response.Create().WithSseBody(async (_, body) =>
        {
            await produce(body, end);
            body.Close();
        }).WithStatusCode(200).WithHeader("Content-Type", "application/json");
    }

    /// <summary>A server that issues tokens, and how to ask it for one.</summary>
    private sealed record Issuer(
        WireMockServer Server, Func<IRequestBuilder> Request, string Json, Func<RetryOptions, Credential> Credential) : IDisposable
    {
        public static Issuer Start(string name)
        {
            if (name == Entra)
            {
                var entra = StubServer.Start();
                return new Issuer(
                    entra,
                    () => WireMock.RequestBuilders.Request.Create().UsingPost().WithPath($"/{Tenant}/oauth2/v2.0/token"),
                    $$"""{"token_type":"Bearer","expires_in":3599,"access_token":"{{DocumentedHost.Token}}"}""",
                    retry => new ApplicationCredential(
                        Tenant, Client, ClientSecretAuthentication.FromValue("A1bC2dE3fH4iJ5kL6mN7oP8qR9sT0u"),
                        new ApplicationCredentialOptions { AuthorityHost = entra.Address, Retry = retry }));
            }

            var host = DocumentedHost.All[name]();
            var server = host.Start();
            return new Issuer(
                server,
                host.Request,
                JsonSerializer.Serialize(host.Answer),
                retry => host.Credential(server, configure: options => options.Retry = retry));
        }

        /// <summary>Without the challenge that Azure Arc answers first.</summary>
        public int TokenRequests => Server.LogEntries.Count(entry => entry.ResponseMessage?.StatusCode is 200);

        public void Dispose() => Server.Dispose();
    }
}
