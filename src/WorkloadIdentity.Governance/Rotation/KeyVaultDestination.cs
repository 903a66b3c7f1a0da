using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;

namespace WorkloadIdentity.Governance;

/// <summary>
/// A secret or a certificate in Azure Key Vault, over its REST interface (7.4). Value and tag are written in one request, and a version
/// never changes, so the tags of the versions say whether a credential arrived.
/// </summary>
#pragma warning disable CA1001 // A destination lives as long as the rotations to it. Idle connections close by themselves.
internal sealed class KeyVaultDestination : RotationDestination
#pragma warning restore CA1001
{
    private const string Version = "api-version=7.4";
    private const string Tag = "rotation";
    private const int MaxPages = 40;
    private const int MaxBytes = 1024 * 1024;

    private static readonly IReadOnlyList<string> Domains = ["vault.azure.net", "vault.azure.cn", "vault.usgovcloudapi.net"];

    private readonly Uri _vault;
    private readonly string _name;
    private readonly HttpClient _http;

    /// <exception cref="ArgumentException">The vault is not a host of Key Vault, or the name is none of Key Vault.</exception>
    public KeyVaultDestination(Uri vault, string name, ITokenAcquirer acquirer, HttpMessageHandler? transport)
        : base($"'{name}' in the key vault {vault?.IdnHost}", $"vault:{vault?.IdnHost}/{name}".ToLowerInvariant())
    {
        ArgumentNullException.ThrowIfNull(vault);
        ArgumentNullException.ThrowIfNull(acquirer);
        var domain = Domains.FirstOrDefault(each => vault.IdnHost.EndsWith($".{each}", StringComparison.OrdinalIgnoreCase));
        if (domain is null || vault is not { Scheme: "https", IsDefaultPort: true, PathAndQuery: "/", UserInfo: "" })
        {
            throw new ArgumentException(
                $"'{vault}' is not a key vault. Use its address alone, such as https://orders.vault.azure.net.", nameof(vault));
        }

        if (name is not { Length: > 0 and <= 127 } || !name.All(letter => char.IsAsciiLetterOrDigit(letter) || letter == '-'))
        {
            throw new ArgumentException("The name of a secret in Key Vault has 1 to 127 letters, digits and hyphens.", nameof(name));
        }

        (_vault, _name) = (vault, name);
        _http = new HttpClient(
            new AccessTokenHandler(
                acquirer, new TokenRequest($"https://{domain}/.default"), new AccessTokenHandlerOptions { AllowedOrigins = { vault } })
            {
                InnerHandler = transport ?? GraphClient.Connections(),
            },
            disposeHandler: false)
        {
            MaxResponseContentBufferSize = MaxBytes,
        };
    }

    internal override bool IsShared => true;

    /// <summary>Lists the versions: a role that is missing is told before a credential is added that cannot be written.</summary>
    internal override Task CheckAsync(CredentialKind kind, CancellationToken cancellationToken) =>
        SendAsync(HttpMethod.Get, Address(kind, "/versions"), null, cancellationToken);

    internal override Task PrepareAsync(RotationName name, CancellationToken cancellationToken) => Task.CompletedTask;

    internal override async Task<DestinationState> FindAsync(
        RotationName name, CredentialKind kind, CancellationToken cancellationToken)
    {
        var versions = new List<(DateTimeOffset CreatedOn, string? Tag, bool IsEnabled)>();
        var pages = 0;
        for (Uri? address = Address(kind, "/versions"); address is not null; pages++)
        {
            using var answer = pages < MaxPages
                ? await SendAsync(HttpMethod.Get, address, null, cancellationToken).ConfigureAwait(false)
                : throw new IOException($"Key Vault lists more than {MaxPages} pages of versions of {Name}.");
            if (answer is null)
            {
                break;
            }

            versions.AddRange(Read(answer, root => root.GetProperty("value").EnumerateArray().Select(VersionOf).ToList()));
            address = Read(answer, Next);
        }

        if (versions.Count == 0 && await IsDeletedAsync(kind, cancellationToken).ConfigureAwait(false))
        {
            return DestinationState.Unknown;
        }

        var written = versions.Where(version => version.Tag == name.ToString()).ToList();
        return written.Count == 0 ? DestinationState.NeverWritten
            : written.Exists(version => version.IsEnabled && version.CreatedOn == versions.Max(each => each.CreatedOn))
                ? DestinationState.Held
            : DestinationState.Unknown;
    }

    /// <summary>Whether the vault had it, and keeps it for a while. Programs may use what they read before.</summary>
    private async Task<bool> IsDeletedAsync(CredentialKind kind, CancellationToken cancellationToken)
    {
        var address = new Uri(_vault, $"deleted{(kind == CredentialKind.Secret ? "secrets" : "certificates")}/{_name}?{Version}");
        using var answer = await SendAsync(HttpMethod.Get, address, null, cancellationToken).ConfigureAwait(false);
        return answer is not null;
    }

    private static (DateTimeOffset CreatedOn, string? Tag, bool IsEnabled) VersionOf(JsonElement version) => (
        DateTimeOffset.FromUnixTimeSeconds(version.GetProperty("attributes").GetProperty("created").GetInt64()),
        version.TryGetProperty("tags", out var tags) && tags.ValueKind == JsonValueKind.Object && tags.TryGetProperty(Tag, out var tag)
            ? tag.GetString()
            : null,
        !version.GetProperty("attributes").TryGetProperty("enabled", out var enabled) || enabled.GetBoolean());

    internal override async Task WriteAsync(NewCredential credential, CancellationToken cancellationToken)
    {
        var isSecret = credential.Kind == CredentialKind.Secret;
        var body = GraphBody.Of(json =>
        {
            json.WriteString("value", credential.Content);
            json.WriteStartObject("tags");
            json.WriteString(Tag, credential.Name.ToString());
            json.WriteEndObject();
            if (isSecret)
            {
                json.WriteStartObject("attributes");
                json.WriteNumber("exp", credential.ExpiresOn.ToUnixTimeSeconds());
                json.WriteEndObject();
            }
            else
            {
                json.WriteStartObject("policy");
                json.WriteStartObject("secret_props");
                json.WriteString("contentType", "application/x-pem-file");
                json.WriteEndObject();
                json.WriteEndObject();
            }
        });
        using var answer = await SendAsync(
            isSecret ? HttpMethod.Put : HttpMethod.Post, Address(credential.Kind, isSecret ? "" : "/import"), body, cancellationToken)
            .ConfigureAwait(false) ?? throw new IOException($"Key Vault does not take {Name}: it answered 404. Check the vault's address.");
    }

    internal override async Task<string?> ReadAsync(CancellationToken cancellationToken)
    {
        using var answer = await SendAsync(HttpMethod.Get, Address(CredentialKind.Secret, ""), null, cancellationToken)
            .ConfigureAwait(false);
        return answer is null ? null : Read(answer, root => root.GetProperty("value").GetString());
    }

    private Uri Address(CredentialKind kind, string rest) =>
        new(_vault, $"{(kind == CredentialKind.Secret ? "secrets" : "certificates")}/{_name}{rest}?{Version}");

    /// <summary>A link to a further page, if it leads to the same vault.</summary>
    private Uri? Next(JsonElement answer) =>
        !answer.TryGetProperty("nextLink", out var link) || link.GetString() is not { Length: > 0 } text ? null
        : Uri.TryCreate(text, UriKind.Absolute, out var next)
            && next.GetLeftPart(UriPartial.Authority) == _vault.GetLeftPart(UriPartial.Authority)
            ? next
            : throw new IOException($"Key Vault continues its list of versions of {Name} at another host. It was not followed.");

    /// <summary>Reads an answer, whose form may be another than that of Key Vault.</summary>
    private T Read<T>(JsonDocument answer, Func<JsonElement, T> read)
    {
        try
        {
            return read(answer.RootElement);
        }
        catch (Exception exception) when (exception is KeyNotFoundException or InvalidOperationException or FormatException
            or ArgumentOutOfRangeException)
        {
            throw new IOException(
                $"The answer for {Name} does not have the form of Key Vault 7.4. Check whether a proxy answers in its place.", exception);
        }
    }

    /// <returns>The answer; null for 404.</returns>
    private async Task<JsonDocument?> SendAsync(HttpMethod method, Uri address, byte[]? body, CancellationToken cancellationToken)
    {
        using var message = new HttpRequestMessage(method, address);
        if (body is not null)
        {
            message.Content = new ByteArrayContent(body) { Headers = { ContentType = new MediaTypeHeaderValue("application/json") } };
        }

        try
        {
            using var response = await _http.SendAsync(message, cancellationToken).ConfigureAwait(false);
            if (response.StatusCode == HttpStatusCode.NotFound)
            {
                return null;
            }

            var stream = await response.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
            await using (stream.ConfigureAwait(false))
            {
                return response.IsSuccessStatusCode
                    ? await JsonDocument.ParseAsync(stream, default, cancellationToken).ConfigureAwait(false)
                    : throw new IOException(
                        $"Key Vault answered {method} of {Name} with {(int)response.StatusCode}. Check that the identity has Key Vault "
                            + "Secrets Officer (for a certificate Key Vault Certificates Officer, and Key Vault Secrets User unless Proof "
                            + "is given) and that the vault's firewall lets it in.");
            }
        }
        catch (Exception exception) when (exception is HttpRequestException or JsonException
            || (exception is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            throw new IOException($"Key Vault could not be reached for {Name}, or its answer could not be read.", exception);
        }
    }
}
