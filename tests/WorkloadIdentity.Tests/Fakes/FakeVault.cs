using System.Buffers.Text;
using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json.Nodes;

namespace WorkloadIdentity.Tests;

/// <summary>
/// A key vault in memory, as the REST interface 7.4 has it: certificates with the key and the secret of the same name and version, secrets,
/// versions in pages, signatures, challenges and errors. Azure's own SecretClient reads it too (<see cref="FakeVaultIsHonestTests"/>).
/// </summary>
internal sealed class FakeVault(FakeClock clock, string address = "https://orders.vault.azure.net") : HttpMessageHandler
{
    public const string Tenant = "72f988bf-86f1-41af-91ab-2d7cd011db47";

    private readonly ConcurrentQueue<string> _requests = new();
    private readonly ConcurrentQueue<Func<HttpRequestMessage, HttpResponseMessage>> _faults = new();
    private readonly List<Entry> _entries = [];
    private readonly List<string> _deleted = [];
    private int _made;

    public Uri Address { get; } = new(address);

    /// <summary>What was asked, as <c>GET /secrets/database</c>.</summary>
    public IReadOnlyList<string> Requests => [.. _requests];

    public Func<string, Task<bool>> Judge { get; set; } = token => Task.FromResult(token == "vault-token");

    /// <summary>Holds every answer back until it is set.</summary>
    public TaskCompletionSource? Gate { get; set; }

    public string Challenge { get; set; } =
        $"Bearer authorization=\"https://login.microsoftonline.com/{Tenant}\", resource=\"https://vault.azure.net\"";

    /// <summary>Changes what is answered to every request from now on.</summary>
    public Action<string, JsonObject>? Tamper { get; set; }

    public RSASignaturePadding? OnlyPadding { get; set; }

    /// <summary>Signs with the key of this certificate whatever was asked.</summary>
    public X509Certificate2? SignsWith { get; set; }

    /// <summary>Answers every wish for a signature in place of the key.</summary>
    public Func<HttpResponseMessage>? SignAnswer { get; set; }

    public int PageSize { get; set; } = 2;

    public FakeVault Next(HttpStatusCode status, string body = "", params (string Name, string Value)[] headers) =>
        Next(_ => FakeServer.Response(status, body, headers: headers));

    public FakeVault Next(Func<HttpRequestMessage, HttpResponseMessage> answer)
    {
        _faults.Enqueue(answer);
        return this;
    }

    public static string Error(string code, string? inner = null, string message = "canary-of-the-vault") => new JsonObject
    {
        ["error"] = new JsonObject
        {
            ["code"] = code,
            ["message"] = message,
            ["innererror"] = inner is null
            ? null
            : new JsonObject { ["code"] = inner }
        },
    }.ToJsonString();

    /// <summary>Imports a new version of a certificate, with its key.</summary>
    public Entry Import(string name, X509Certificate2 certificate, bool exportable = true, bool pem = false, string? secret = null)
    {
        var value = secret ?? (pem
            ? $"{certificate.GetRSAPrivateKey()!.ExportPkcs8PrivateKeyPem()}\n{certificate.ExportCertificatePem()}\n"
            : Convert.ToBase64String(certificate.Export(X509ContentType.Pfx)));
        return Add(new Entry(
            name,
            NewVersion(),
            value,
            certificate,
            exportable,
            pem)
        { CreatedOn = clock.Now, ExpiresOn = certificate.NotAfter.ToUniversalTime() });
    }

    /// <summary>Purges one version, as if it had never been.</summary>
    public void Remove(Entry entry)
    {
        lock (_entries)
        {
            _entries.Remove(entry);
        }
    }

    /// <summary>Deletes all versions. The vault keeps them for a while, under another address.</summary>
    public void Delete(string name)
    {
        lock (_entries)
        {
            _entries.RemoveAll(entry => entry.Name == name);
            _deleted.Add(name);
        }
    }

    public Entry Keep(string name, string value) =>
        Add(new Entry(name, NewVersion(), value, null, Exportable: false, IsPem: false) { CreatedOn = clock.Now });

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        _requests.Enqueue($"{request.Method} {request.RequestUri!.AbsolutePath}");
        if (Gate is { } gate)
        {
            clock.Hold(gate.Task, cancellationToken);
            await gate.Task.WaitAsync(cancellationToken);
        }

        var response = _faults.TryDequeue(out var fault) ? fault(request) : await AnswerAsync(request, cancellationToken);
        response.RequestMessage ??= request;
        return response;
    }

    private async Task<HttpResponseMessage> AnswerAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        if (request.RequestUri!.GetLeftPart(UriPartial.Authority) != Address.GetLeftPart(UriPartial.Authority))
        {
            throw new Xunit.Sdk.XunitException($"The vault is not at {request.RequestUri}.");
        }

        if (request.Headers.Authorization is not { Scheme: "Bearer", Parameter: { } token } || !await Judge(token))
        {
            return FakeServer.Response(
                HttpStatusCode.Unauthorized,
                Error("Unauthorized", message: "AKV10000: Request is missing a Bearer or PoP token."),
                headers: [("WWW-Authenticate", Challenge)]);
        }

        var query =
            request.RequestUri.Query.TrimStart('?').Split('&').Select(pair => pair.Split('=', 2))
                .ToDictionary(pair => pair[0], pair => pair[^1]);
        if (!query.TryGetValue("api-version", out var version) || string.CompareOrdinal(version, "7.4") < 0
            || !char.IsAsciiDigit(version[0]))
        {
            return FakeServer.Response(HttpStatusCode.BadRequest, Error("BadParameter"));
        }

        var body = request.Content is null ? "" : await request.Content.ReadAsStringAsync(cancellationToken);
        return (request.Method.Method, request.RequestUri.AbsolutePath.Trim('/').Split('/')) switch
        {
            ("GET", [("certificates" or "secrets") and var kind, var name]) => Describe(kind, Named(kind, name).LastOrDefault()),
            ("GET", [("certificates" or "secrets") and var kind, var name, "versions"]) =>
                List(kind, name, query.TryGetValue("$skiptoken", out var skip) ? int.Parse(skip, CultureInfo.InvariantCulture) : 0),
            ("GET", [("certificates" or "secrets") and var kind, var name, var wanted]) =>
                Describe(kind, Named(kind, name).SingleOrDefault(entry => entry.Version == wanted)),
            ("GET", ["deletedsecrets" or "deletedcertificates", var name]) when _deleted.Contains(name) =>
                Ok("deleted", new JsonObject { ["recoveryId"] = $"{Address}deletedsecrets/{name}" }),
            ("PUT", ["secrets", var name]) => Write("secrets", name, JsonNode.Parse(body)!),
            ("POST", ["certificates", var name, "import"]) => Write("certificates", name, JsonNode.Parse(body)!),
            ("POST", ["keys", var name, var wanted, "sign"]) =>
                Sign(Named("certificates", name).SingleOrDefault(entry => entry.Version == wanted), JsonNode.Parse(body)!),
            _ => FakeServer.Response(HttpStatusCode.NotFound, Error("NotFound")),
        };
    }

    private HttpResponseMessage Describe(string kind, Entry? entry)
    {
        if (entry is null)
        {
            return FakeServer.Response(HttpStatusCode.NotFound, Error(kind == "secrets" ? "SecretNotFound" : "CertificateNotFound"));
        }

        if (kind == "secrets" && !entry.IsEnabled)
        {
            return FakeServer.Response(HttpStatusCode.Forbidden, Error("Forbidden", "SecretDisabled"));
        }

        var json = kind == "secrets"
            ? new JsonObject
            {
                ["value"] = entry.Value,
                ["contentType"] = entry.Certificate is null ? null : entry.IsPem ? "application/x-pem-file" : "application/x-pkcs12",
                ["id"] = Id("secrets", entry),
                ["managed"] = entry.Certificate is null ? null : true,
                ["kid"] = entry.Certificate is null ? null : Id("keys", entry),
                ["attributes"] = Attributes(entry),
            }
            : new JsonObject
            {
                ["id"] = Id("certificates", entry),
                ["kid"] = Id("keys", entry),
                ["sid"] = Id("secrets", entry),
                ["x5t"] = Base64Url.EncodeToString(entry.Certificate!.GetCertHash()),
                ["cer"] = Convert.ToBase64String(entry.Certificate.RawData),
                ["attributes"] = Attributes(entry),
                ["policy"] = new JsonObject
                {
                    [
                    "key_props"] = new JsonObject { ["exportable"] = entry.Exportable, ["kty"] = "RSA", ["key_size"] = 2048 }
                },
            };
        return Ok(kind, json);
    }

    private HttpResponseMessage List(string kind, string name, int skip)
    {
        var all = Named(kind, name);
        var next =
            skip + PageSize < all.Count
                ? $"{Address.GetLeftPart(UriPartial.Authority)}/{kind}/{name}/versions?api-version=7.4&$skiptoken={skip
                    + PageSize}&maxresults=25"
                : null;
        return Ok("versions", new JsonObject
        {
            ["value"] = new JsonArray(
                [.. all.Skip(skip).Take(PageSize)
                    .Select(entry => (JsonNode)new JsonObject
                    {
                        ["id"] = Id(kind, entry), ["attributes"] = Attributes(entry), ["tags"] = entry.Tags?.DeepClone(),
                    })]),
            ["nextLink"] = next,
        });
    }

    private HttpResponseMessage Write(string kind, string name, JsonNode body)
    {
        var value = (string)body["value"]!;
        var entry = kind == "secrets" ? Keep(name, value) : Import(name, X509Certificate2.CreateFromPem(value, value), pem: true);
        entry.Tags = body["tags"] as JsonObject;
        return Describe(kind, entry);
    }

    private HttpResponseMessage Sign(Entry? entry, JsonNode asked)
    {
        if (SignAnswer is { } answer)
        {
            return answer();
        }

        if (entry is not { Certificate: { } certificate })
        {
            return FakeServer.Response(HttpStatusCode.NotFound, Error("KeyNotFound"));
        }

        var padding = (string?)asked["alg"] switch { "PS256" => RSASignaturePadding.Pss, "RS256" => RSASignaturePadding.Pkcs1, _ => null };
        if (!entry.IsEnabled)
        {
            return FakeServer.Response(HttpStatusCode.Forbidden, Error("Forbidden", "KeyDisabled"));
        }

        if (padding is null || (OnlyPadding is not null && padding != OnlyPadding))
        {
            return FakeServer.Response(HttpStatusCode.BadRequest, Error("BadParameter"));
        }

        var signature =
            (SignsWith ?? certificate).GetRSAPrivateKey()!.SignHash(
                Base64Url.DecodeFromChars((string)asked["value"]!), HashAlgorithmName.SHA256, padding);
        return Ok("sign", new JsonObject { ["kid"] = Id("keys", entry), ["value"] = Base64Url.EncodeToString(signature) });
    }

    private HttpResponseMessage Ok(string kind, JsonObject json)
    {
        Tamper?.Invoke(kind, json);
        return FakeServer.Response(HttpStatusCode.OK, json.ToJsonString());
    }

    private string Id(string collection, Entry entry) =>
        $"{Address.GetLeftPart(UriPartial.Authority)}/{collection}/{entry.Name}/{entry.Version}";

    private static JsonObject Attributes(Entry entry) => new()
    {
        ["enabled"] = entry.IsEnabled,
        ["nbf"] = entry.StartsOn?.ToUnixTimeSeconds(),
        ["exp"] = entry.ExpiresOn?.ToUnixTimeSeconds(),
        ["created"] = entry.CreatedOn.ToUnixTimeSeconds(),
        ["updated"] = entry.CreatedOn.ToUnixTimeSeconds(),
        ["recoveryLevel"] = "Recoverable+Purgeable",
    };

    private List<Entry> Named(string kind, string name)
    {
        lock (_entries)
        {
            return [.. _entries.Where(entry =>
                entry.Name.Equals(name, StringComparison.OrdinalIgnoreCase) && (kind == "secrets" || entry.Certificate is not null))];
        }
    }

    private Entry Add(Entry entry)
    {
        lock (_entries)
        {
            _entries.Add(entry);
            return entry;
        }
    }

    private string NewVersion() =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.ASCII.GetBytes($"{Interlocked.Increment(ref _made)}")))[..32];

    /// <summary>A version of something.</summary>
    internal sealed record Entry(string Name, string Version, string Value, X509Certificate2? Certificate, bool Exportable, bool IsPem)
    {
        public bool IsEnabled { get; set; } = true;

        public DateTimeOffset CreatedOn { get; set; }

        public DateTimeOffset? StartsOn { get; set; }

        public JsonObject? Tags { get; set; }

        public DateTimeOffset? ExpiresOn { get; set; }
    }
}
