using System.Buffers;
using System.Buffers.Text;
using System.Net.Http.Headers;
using System.Text.Json;

namespace WorkloadIdentity.KeyVault;

/// <summary>
/// Asks a vault over its REST interface, each question once: what fails in passing is repeated by the token exchange, on its one schedule.
/// <see href="https://learn.microsoft.com/rest/api/keyvault/"/>. Every failure is a <see cref="TokenAcquisitionException"/>.
/// </summary>
internal sealed class VaultClient
{
    // Spoken by vaults of every cloud.
    private const string Version = "api-version=7.4";

    private readonly HttpClient _http;
    private readonly TimeProvider _timeProvider;
    private readonly TimeSpan _timeLimit;

    public VaultClient(VaultAddress vault, ITokenAcquirer acquirer, VaultOptions options)
    {
        Vault = vault;
        _timeProvider = options.TimeProvider;
        _timeLimit = options.TimeLimit;
        _http = Backchannel.Behind(
            new AccessTokenHandler(acquirer, new TokenRequest(vault.Scope), new AccessTokenHandlerOptions
            {
                AllowedOrigins = { vault.Uri },
                LoggerFactory = options.LoggerFactory,
                MeterFactory = options.MeterFactory,
            }),
            options.Transport,
            useProxy: !vault.IsLoopback);
    }

    public VaultAddress Vault { get; }

    /// <summary>Reads one object; what it is, is said by <paramref name="what"/> in errors.</summary>
    /// <param name="path">Of checked parts.</param>
    /// <param name="what">In words: <c>the certificate 'orders-api'</c>.</param>
    /// <param name="cancellationToken">The reading's.</param>
    public async Task<JsonElement> GetAsync(string path, string what, CancellationToken cancellationToken) =>
        Json(await SendAsync(HttpMethod.Get, Vault.Of(path, Version), content: null, cancellationToken).ConfigureAwait(false), what);

    /// <summary>The same; null where it is there and disabled.</summary>
    public async Task<JsonElement?> GetEnabledAsync(string path, string what, CancellationToken cancellationToken)
    {
        var answer = await SendAsync(HttpMethod.Get, Vault.Of(path, Version), content: null, cancellationToken).ConfigureAwait(false);
        return VaultRefusal.SaysDisabled(answer) ? null : Json(answer, what);
    }

    /// <summary>Reads a list, page by page. The vault says where the next page is; it is only ever one of the same list.</summary>
    public async Task<List<JsonElement>> ListAsync(string path, string what, CancellationToken cancellationToken)
    {
        const int MaxPages = 40;
        var all = new List<JsonElement>();
        var query = $"{Version}&maxresults=25";
        for (var page = 0; page < MaxPages; page++)
        {
            var answer =
                Json(await SendAsync(HttpMethod.Get, Vault.Of(path, query), content: null, cancellationToken).ConfigureAwait(false), what);
            if (answer.Member("value") is not { ValueKind: JsonValueKind.Array } value)
            {
                throw Unusable($"answered without a list when asked for {what}");
            }

            all.AddRange(value.EnumerateArray());
            if (answer.Text("nextLink") is not { Length: > 0 } next)
            {
                return all;
            }

            query =
                Vault.QueryOfNext(next, path) ?? throw Unusable($"continues its list of {what} at another place, which is never followed");
        }

        throw Unusable($"holds more than {MaxPages * 25} entries in its list of {what}");
    }

    /// <summary>A signature by the key <c>keys/{name}/{version}</c>, over a hash.</summary>
    public async ValueTask<byte[]> SignAsync(
        string name, string version, string algorithm, ReadOnlyMemory<byte> hash, CancellationToken cancellationToken)
    {
        var what = $"a signature ({algorithm}) by the key '{name}'";
        var answer =
            await SendAsync(
                HttpMethod.Post,
                Vault.Of($"keys/{name}/{version}/sign", Version),
                SignBody(algorithm, hash.Span),
                cancellationToken).ConfigureAwait(false);
        if (answer is { Error: null, Status: 400 } && algorithm != ClientAssertion.Rs256)
        {
            // A key that cannot do PSS padding says so; it is asked for the other one.
            throw new NotSupportedException(VaultRefusal.Of(answer, Vault, what).Message);
        }

        var json = Json(answer, what);
        return Vault.VersionIn(json.Text("kid"), "keys", name) == version && json.Text("value") is { Length: > 0 and <= 4096 } text
            && Base64Url.IsValid(text)
            ? Base64Url.DecodeFromChars(text)
            : throw Unusable($"answered with something that is not {what} of the version that was asked");
    }

    /// <summary>The vault answered, and not with what it should.</summary>
    public TokenAcquisitionException Unusable(
        string what,
        TokenErrorKind kind = TokenErrorKind.InvalidResponse,
        string? advice = null,
        Exception? exception = null) => new(new TokenError(
        kind,
        $"The key vault {Vault.Name} {what}. {advice ?? "Check the address, and whether something else answers in the vault's place."}")
        {
            HelpAnchor = VaultRefusal.HelpAnchor,
            Exception = exception,
        });

    private async Task<BackchannelAnswer> SendAsync(HttpMethod method, Uri address, byte[]? content, CancellationToken cancellationToken)
    {
        var message = new HttpRequestMessage(method, address);
        message.Headers.TryAddWithoutValidation("Accept", "application/json");
        if (content is not null)
        {
            message.Content = new ByteArrayContent(content) { Headers = { ContentType = new MediaTypeHeaderValue("application/json") } };
        }

        try
        {
            return await Backchannel.SendAsync(_http, message, $"The key vault {Vault.Name}", _timeLimit, _timeProvider, cancellationToken)
                .ConfigureAwait(false);
        }
        catch (TokenAcquisitionException exception)
        {
            throw new TokenAcquisitionException(
                exception.Error.WithMessage(
                    $"The key vault {Vault.Name} cannot be asked without a token of the identity that reaches it. "
                        + $"{exception.Error.Message}"),
                exception.Attempts);
        }
    }

    private JsonElement Json(BackchannelAnswer answer, string what)
    {
        if (answer.Error is { } error)
        {
            throw new TokenAcquisitionException(error.ExplainedAt(VaultRefusal.HelpAnchor));
        }

        if (!answer.IsSuccess)
        {
            throw new TokenAcquisitionException(VaultRefusal.Of(answer, Vault, what));
        }

        using var document = StrictJson.Parse(answer.Body);
        return document?.RootElement.Clone() ?? throw Unusable($"answered without readable JSON when asked for {what}");
    }

    private static byte[] SignBody(string algorithm, ReadOnlySpan<byte> hash)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            writer.WriteString("alg", algorithm);
            writer.WriteString("value", Base64Url.EncodeToString(hash));
            writer.WriteEndObject();
        }

        return buffer.WrittenSpan.ToArray();
    }
}
