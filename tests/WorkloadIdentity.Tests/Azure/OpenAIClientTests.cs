using System.ClientModel;
using System.ClientModel.Primitives;
using System.Net;
using Azure.Identity;
using OpenAI;
using OpenAI.Chat;
using WorkloadIdentity.Azure;

namespace WorkloadIdentity.Tests;

/// <summary>OpenAI's own client, which knows System.ClientModel and nothing of Azure.</summary>
public sealed class OpenAIClientTests : IDisposable
{
    private const string Scope = "https://ai.azure.com/.default";
    private const string Completion = """
        {"id":"1","object":"chat.completion","created":1700000000,"model":"m",
         "choices":[{"index":0,"finish_reason":"stop","message":{"role":"assistant","content":"Hello."}}],
         "usage":{"prompt_tokens":1,"completion_tokens":1,"total_tokens":2}}
        """;

    private readonly FakeServer _server = new();
    private readonly FakeTokens _tokens = new();

    public void Dispose() => _server.Client.Dispose();

    [Fact]
    public async Task A_completion_is_asked_for_with_our_token()
    {
        _server.Answer(HttpStatusCode.OK, Completion);

        var answer = await Client().CompleteChatAsync("Hi");

        Assert.Equal("Hello.", answer.Value.Content[0].Text);
        Assert.Equal("Bearer t1", Assert.Single(_server.Requests).Headers["Authorization"]);
        Assert.Equal(Scope, Assert.Single(_tokens.Requests).Scope);
    }

    [Fact]
    public async Task Without_a_token_nothing_is_sent()
    {
        _tokens.OnGet = (_, _) => throw new TokenAcquisitionException(new TokenError(TokenErrorKind.Refused, "no"));

        await Assert.ThrowsAsync<AuthenticationFailedException>(() => Client().CompleteChatAsync("Hi"));

        Assert.Empty(_server.Requests);
    }

    [Fact]
    public async Task The_token_carries_its_refresh_hint_and_type()
    {
        var granted =
            new AccessToken(
                "t", new DateTimeOffset(2030, 1, 1, 0, 0, 0, TimeSpan.Zero), new DateTimeOffset(2029, 12, 31, 0, 0, 0, TimeSpan.Zero));
        _tokens.OnGet = (_, _) => ValueTask.FromResult(granted);
        AuthenticationTokenProvider tokens = _tokens.AsTokenCredential();
        var options = tokens.CreateTokenOptions(new Dictionary<string, object> { [GetTokenOptions.ScopesPropertyName] = new[] { Scope } })!;

        var token = await tokens.GetTokenAsync(options, CancellationToken.None);

        Assert.Equal(
            ("t", "Bearer", granted.ExpiresOn, granted.RefreshOn),
            (token.TokenValue, token.TokenType, token.ExpiresOn!.Value, token.RefreshOn));
    }

    // OpenAI calls the constructor that takes a policy experimental; there is no other way to bring tokens.
#pragma warning disable OPENAI001
    private ChatClient Client() => new(
        "m",
        new BearerTokenPolicy(_tokens.AsTokenCredential(), Scope),
        new OpenAIClientOptions
        {
            Endpoint = new Uri("https://orders.openai.azure.com/openai/v1/"),
            Transport = new HttpClientPipelineTransport(_server.Client),
            RetryPolicy = new ClientRetryPolicy(maxRetries: 0),
        });
#pragma warning restore OPENAI001
}
