using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Serialization;
using WorkloadIdentity;

namespace OwnCredential;

/// <summary>
/// Gets tokens from a broker, a service of a company that hands out Entra tokens on this machine. A credential answers one question: is it
/// here, and what does it say? It does not cache and it does not share its answer: the acquirer in front of it does that.
/// </summary>
/// <param name="http">Reaches the broker. It must follow no redirects, because the broker's key stands in a header.</param>
/// <param name="environment">Where the broker is and its key. Tests give values of their own.</param>
public sealed class BrokerCredential(HttpClient http, WorkloadEnvironment environment) : Credential
{
    public const string EndpointVariable = "BROKER_ENDPOINT";
    public const string KeyFileVariable = "BROKER_KEY_FILE";

    // Where your own credential explains its errors.
    private static readonly Uri Help = new("https://docs.example/broker");

    public override string Name => "broker";

    protected override string LooksFor => $"the variables {EndpointVariable} and {KeyFileVariable}";

    // A request that carries a user or claims fails before it gets here: this broker could not pass them on.
    protected override RequestFeatures Supports => RequestFeatures.TenantId;

    protected override async ValueTask<TokenResult> AcquireCoreAsync(Acquisition acquisition, CancellationToken cancellationToken)
    {
        var request = acquisition.Request;

        // "Not here" is the only verdict that lets a chain ask its next credential.
        if (environment.Variable(EndpointVariable) is not { } endpoint)
        {
            return TokenResult.Unavailable(Error(
                TokenErrorKind.NotConfigured, $"{EndpointVariable} is not set, so there is no broker here.", request));
        }

        // Half a configuration is a failure: a chain must not go on to another identity because this one was set up badly.
        if (!Uri.TryCreate(endpoint, UriKind.Absolute, out var address) || !address.IsLoopback)
        {
            return Failed($"{EndpointVariable} is no address of this machine. Set it to something like http://127.0.0.1:7000/.", request);
        }

        if (environment.Variable(KeyFileVariable) is not { } path)
        {
            return Failed($"{EndpointVariable} is set and {KeyFileVariable} is not. Set it to the file with the broker's key.", request);
        }

        if (!environment.TryReadLine(path, out var key, out var problem))
        {
            return Failed($"The key of the broker cannot be read: {problem}.", request);
        }

        var query = $"token?scope={Uri.EscapeDataString(request.Scope)}&tenant={request.TenantId}";
        using var message = new HttpRequestMessage(HttpMethod.Get, new Uri(address, query));
        message.Headers.TryAddWithoutValidation("X-Broker-Key", key);

        // What is thrown here becomes a failure too: a broker that cannot be reached is "unreachable".
        using var response = await http.SendAsync(message, cancellationToken).ConfigureAwait(false);
        return await ReadAsync(response, acquisition, cancellationToken).ConfigureAwait(false);
    }

    private static async ValueTask<TokenResult> ReadAsync(
        HttpResponseMessage response, Acquisition acquisition, CancellationToken cancellationToken)
    {
        Answer? answer;
        try
        {
            answer = await response.Content.ReadFromJsonAsync(BrokerJson.Default.Answer, cancellationToken).ConfigureAwait(false);
        }
        catch (JsonException)
        {
            answer = null;
        }

        if (!response.IsSuccessStatusCode)
        {
            return TokenResult.Failed(Refused(response, answer, acquisition.Request));
        }

        if (answer is not { Token: { Length: > 0 } value, Seconds: > 0 })
        {
            return TokenResult.Failed(Error(
                TokenErrorKind.InvalidResponse, "The broker answered without a token. Look at its log.", acquisition.Request));
        }

        // The clock of the acquisition, so that a test decides what time it is.
        var token = new AccessToken(value, acquisition.TimeProvider.GetUtcNow().AddSeconds(answer.Seconds));
        return TokenResult.Issued(token.IssuedBy("the broker", answer.Client));
    }

    private static TokenError Refused(HttpResponseMessage response, Answer? answer, TokenRequest request)
    {
        // What others wrote goes into a message only through Quote. Entra's codes are explained by the library.
        var known = answer?.Code is { } code ? EntraError.Find(code) : null;
        var said = answer?.Problem is { } text ? $" It said: {TokenError.Quote(text)}" : "";
        var isThrottled = response.StatusCode == HttpStatusCode.TooManyRequests;
        return new TokenError(
            isThrottled ? TokenErrorKind.Throttled : TokenErrorKind.Refused,
            $"The broker refused a token ({(int)response.StatusCode}).{said} "
                + (known is null ? "Look at its log." : $"{known.Check} {known.Fix}"))
        {
            Scope = request.Scope,
            TenantId = request.TenantId,
            StatusCode = (int)response.StatusCode,
            RetryAfter = response.Headers.RetryAfter?.Delta,
            EntraErrorCodes = known is null ? [] : [known.Code],
            Category = known?.Category ?? TokenErrorCategory.None,
            HelpLink = Help,
        };
    }

    private static TokenResult Failed(string message, TokenRequest request) =>
        TokenResult.Failed(Error(TokenErrorKind.InvalidConfiguration, message, request));

    private static TokenError Error(TokenErrorKind kind, string message, TokenRequest request) =>
        new(kind, message) { Scope = request.Scope, TenantId = request.TenantId, HelpLink = Help };

    internal sealed class Answer
    {
        [JsonPropertyName("token")]
        public string? Token { get; init; }

        [JsonPropertyName("expires_in")]
        public int Seconds { get; init; }

        [JsonPropertyName("client_id")]
        public string? Client { get; init; }

        [JsonPropertyName("error")]
        public string? Problem { get; init; }

        [JsonPropertyName("code")]
        public long? Code { get; init; }
    }
}

[JsonSerializable(typeof(BrokerCredential.Answer))]
internal sealed partial class BrokerJson : JsonSerializerContext;
