using System.Buffers;
using System.Buffers.Text;
using System.Diagnostics;
using System.Net.Http.Headers;
using System.Text.Json;

namespace WorkloadIdentity.KeyVault;

/// <summary>
/// Sends requests to a vault over its REST interface (<see href="https://learn.microsoft.com/rest/api/keyvault/"/>), each one once: the
/// token exchange repeats what failed transiently. Every failure is a <see cref="TokenAcquisitionException"/>.
/// </summary>
#pragma warning disable CA1001 // A vault lives as long as the program that reads it. Idle connections close by themselves.
internal sealed class VaultClient
#pragma warning restore CA1001
{
    public const string Ps256 = "PS256";
    public const string Rs256 = "RS256";

    // The vaults of every cloud support this version.
    private const string Version = "api-version=7.4";

    private const int MaxResponseKilobytes = 1024;

    private readonly HttpClient _http;
    private readonly TimeProvider _timeProvider;
    private readonly TimeSpan _timeLimit;

    public VaultClient(VaultAddress vault, ITokenAcquirer acquirer, VaultOptions options)
    {
        Vault = vault;
        _timeProvider = options.TimeProvider;
        _timeLimit = options.TimeLimit;
        _http = Client(vault, acquirer, options);
    }

    public VaultAddress Vault { get; }

    /// <summary>Reads one object.</summary>
    /// <param name="path">Made of checked parts.</param>
    /// <param name="what">The object in words, for errors: <c>the certificate 'orders-api'</c>.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    public async Task<VaultAnswer> GetAsync(string path, string what, CancellationToken cancellationToken) =>
        Read(await GetAsync(Vault.Of(path, Version), cancellationToken).ConfigureAwait(false), what);

    /// <summary>Reads one object; null if it is disabled.</summary>
    public async Task<VaultAnswer?> GetEnabledAsync(string path, string what, CancellationToken cancellationToken)
    {
        var response = await GetAsync(Vault.Of(path, Version), cancellationToken).ConfigureAwait(false);
        return response.SaysDisabled ? null : Read(response, what);
    }

    /// <summary>Reads a list, page by page. A page may only lead to the same list of this vault.</summary>
    public async Task<List<VaultAnswer>> ListAsync(string path, string what, CancellationToken cancellationToken)
    {
        const int MaxPages = 40;
        var all = new List<VaultAnswer>();
        var query = $"{Version}&maxresults=25";
        for (var page = 0; page < MaxPages; page++)
        {
            var answer = Read(await GetAsync(Vault.Of(path, query), cancellationToken).ConfigureAwait(false), what);
            all.AddRange(answer.Entries() ?? throw Unusable($"returned no list when asked for {what}"));
            if (answer.NextLink is not { Length: > 0 } next)
            {
                return all;
            }

            query = Vault.QueryOfNext(next, path) ?? throw Unusable($"continues its list of {what} at another address, which is not used");
        }

        throw Unusable($"has more than {MaxPages * 25} entries in its list of {what}");
    }

    /// <summary>Signs a hash with the key <c>keys/{name}/{version}</c>.</summary>
    public async ValueTask<byte[]> SignAsync(
        string name, string version, string algorithm, ReadOnlyMemory<byte> hash, CancellationToken cancellationToken)
    {
        var what = $"a signature ({algorithm}) by the key '{name}'";
        using var message = new HttpRequestMessage(HttpMethod.Post, Vault.Of($"keys/{name}/{version}/sign", Version))
        {
            Content = new ByteArrayContent(SignBody(algorithm, hash.Span))
            {
                Headers = { ContentType = new MediaTypeHeaderValue("application/json") },
            },
        };
        var response = await SendAsync(message, cancellationToken).ConfigureAwait(false);
        if (response.Status == 400 && algorithm != Rs256)
        {
            // A key that cannot use PSS padding returns this status. The caller then asks for the other algorithm.
            throw new NotSupportedException(VaultError.Of(response, Vault, what).Message);
        }

        var answer = Read(response, what);
        return Vault.VersionIn(answer.KeyId, "keys", name) == version && answer.Text is { Length: > 0 and <= 4096 } text
            && Base64Url.IsValid(text)
            ? Base64Url.DecodeFromChars(text)
            : throw Unusable($"returned something that is not {what} of the requested version");
    }

    /// <summary>The vault returned something that cannot be used.</summary>
    public TokenAcquisitionException Unusable(
        string what,
        TokenErrorKind kind = TokenErrorKind.InvalidResponse,
        string? advice = null,
        Exception? exception = null) => new(new TokenError(
        kind, $"The key vault {Vault.Name} {what}. {advice ?? VaultError.CheckAddress}")
        {
            HelpAnchor = VaultError.HelpAnchor,
            Exception = exception,
        });

    private async Task<VaultResponse> GetAsync(Uri address, CancellationToken cancellationToken)
    {
        using var message = new HttpRequestMessage(HttpMethod.Get, address);
        return await SendAsync(message, cancellationToken).ConfigureAwait(false);
    }

    private async Task<VaultResponse> SendAsync(HttpRequestMessage message, CancellationToken cancellationToken)
    {
        var address = message.RequestUri;
        message.Headers.TryAddWithoutValidation("Accept", "application/json");
        using var limit = new CancellationTokenSource(_timeLimit, _timeProvider);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            using var response =
                await _http.SendAsync(message, HttpCompletionOption.ResponseHeadersRead, either.Token).ConfigureAwait(false);
            return response.RequestMessage?.RequestUri is { } answered && answered != address
                ? throw Unusable(
                    $"redirected, and the transport followed to {answered.IdnHost}, where the token may now be known",
                    advice: "Use a transport that follows no redirect.")
                : (int)response.StatusCode is >= 300 and < 400 ? throw Unusable("returned a redirect, which is never followed")
                : await VaultResponse.ReadAsync(response, MaxResponseKilobytes * 1024, _timeProvider.GetUtcNow(), either.Token)
                    .ConfigureAwait(false)
                    ?? throw Unusable($"returned more than {MaxResponseKilobytes} KiB");
        }
        catch (TokenAcquisitionException exception) when (exception.Error.HelpAnchor != VaultError.HelpAnchor)
        {
            throw new TokenAcquisitionException(
                new TokenError(
                    exception.Error,
                    $"The key vault {Vault.Name} cannot be read without a token of the identity that reaches it. "
                        + exception.Error.Message),
                exception.Attempts);
        }
        catch (OperationCanceledException exception) when (cancellationToken.IsCancellationRequested)
        {
            throw new OperationCanceledException(exception.Message, exception, cancellationToken);
        }
        catch (OperationCanceledException exception)
        {
            throw NoAnswer(TokenErrorKind.TimedOut, $"did not answer within {_timeLimit.TotalSeconds:0.#} s.", exception);
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException)
        {
            var reason = exception is HttpRequestException { HttpRequestError: not HttpRequestError.Unknown } http
                ? $"{http.HttpRequestError}"
                : exception.GetType().Name;
            throw NoAnswer(
                TokenErrorKind.Unreachable,
                $"could not be reached ({reason}). Check name resolution, routes, proxy, firewall and certificates.",
                exception);
        }
    }

    private TokenAcquisitionException NoAnswer(TokenErrorKind kind, string what, Exception exception) =>
        new(new TokenError(kind, $"The key vault {Vault.Name} {what}") { HelpAnchor = VaultError.HelpAnchor, Exception = exception });

    private VaultAnswer Read(VaultResponse response, string what) =>
        !response.IsSuccess ? throw new TokenAcquisitionException(VaultError.Of(response, Vault, what))
        : response.Answer ?? throw Unusable($"returned no readable JSON when asked for {what}");

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

    private static HttpClient Client(VaultAddress vault, ITokenAcquirer acquirer, VaultOptions options)
    {
        var handler = new AccessTokenHandler(acquirer, new TokenRequest(vault.Scope), new AccessTokenHandlerOptions
        {
            AllowedOrigins = { vault.Uri },
            LoggerFactory = options.LoggerFactory,
            MeterFactory = options.MeterFactory,
        })
        {
            InnerHandler = options.Transport ?? Connections(useProxy: !vault.IsLoopback),
        };
        return new HttpClient(handler, disposeHandler: false)
        {
            Timeout = Timeout.InfiniteTimeSpan,
        };
    }

    /// <summary>Connections that follow no redirect, keep no cookie and add no trace headers.</summary>
    private static SocketsHttpHandler Connections(bool useProxy) => new()
    {
        AllowAutoRedirect = false,
        UseCookies = false,
        UseProxy = useProxy,
        PooledConnectionLifetime = TimeSpan.FromMinutes(5),
        ConnectTimeout = TimeSpan.FromSeconds(10),
        ActivityHeadersPropagator = DistributedContextPropagator.CreateNoOutputPropagator(),
    };
}
