using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace WorkloadIdentity.Tests;

/// <summary>
/// One folder: <c>environment.json</c> (variables), <c>files/</c> (a tree that stands for the machine's root; <c>{{pem}}</c> and
/// <c>{{jwt}}</c> in a file become a certificate with its key and an assertion), <c>http.json</c> (requests expected and answers, in order)
/// and <c>expected.json</c>. Unknown members are errors, requests nobody expected too.
/// </summary>
internal sealed class Scenario
{
    public static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        Converters = { new JsonStringEnumConverter() },
    };

    private readonly Dictionary<string, string> _variables;
    private readonly Dictionary<string, byte[]> _files;
    private readonly Exchange[] _exchanges;

    private Scenario(Dictionary<string, string> variables, Dictionary<string, byte[]> files, Exchange[] exchanges, Expectation expectation)
    {
        _variables = variables;
        _files = files;
        _exchanges = exchanges;
        Expected = expectation.Acquisitions;
        Warnings = expectation.Warnings;
        ManagedIdentity = expectation.ManagedIdentity;
        Retries = expectation.Retries;
        Assert.NotEmpty(Expected);
    }

    /// <summary>What each acquisition comes to, one after the other on one chain.</summary>
    public IReadOnlyList<Outcome> Expected { get; }

    public IReadOnlyList<string> Warnings { get; }

    /// <summary>
    /// Set when a managed identity is asked without the default chain around it: <c>default</c>, <c>system</c>, or an id such as <c>object
    /// id 0d3c…</c>.
    /// </summary>
    public string? ManagedIdentity { get; }

    /// <summary>Whether what fails in passing is asked again as its host wants it; otherwise there is one attempt.</summary>
    public bool Retries { get; }

    public static Scenario Load(string folder)
    {
        var files = new Dictionary<string, byte[]>();
        var root = Path.Combine(folder, "files");
        foreach (var file in Directory.Exists(root) ? Directory.EnumerateFiles(root, "*", SearchOption.AllDirectories) : [])
        {
            files["/" + Path.GetRelativePath(root, file).Replace('\\', '/')] =
                Encoding.UTF8.GetBytes(Fill(File.ReadAllText(file, Encoding.UTF8)));
        }

        return new Scenario(
            Read<Dictionary<string, string>>(folder, "environment.json"),
            files,
            Read<Exchange[]>(folder, "http.json"),
            Read<Expectation>(folder, "expected.json"));
    }

    public void Prepare(EntraFake entra)
    {
        foreach (var (name, value) in _variables)
        {
            entra.Variables[name] = value;
        }

        foreach (var (path, content) in _files)
        {
            entra.Files[path] = content;
        }

        foreach (var exchange in _exchanges)
        {
            if (exchange.Answer is { } answer)
            {
                entra.Server.Answer(_ =>
                {
                    Change(entra, answer.Changes);
                    return FakeServer.Response(
                        (HttpStatusCode)answer.Status,
                        answer.Body is { ValueKind: JsonValueKind.String } text ? text.GetString()! : answer.Body?.GetRawText() ?? "",
                        headers: [.. answer.Headers.Select(header => (header.Key, header.Value))]);
                });
            }
            else
            {
                entra.Server.Refuse();
            }
        }
    }

    private static void Change(EntraFake entra, Dictionary<string, string?> changes)
    {
        foreach (var (name, value) in changes)
        {
            if (name.StartsWith('/'))
            {
                entra.Files[name] = Encoding.UTF8.GetBytes(value!);
            }
            else if (value is null)
            {
                entra.Variables.Remove(name);
            }
            else
            {
                entra.Variables[name] = value;
            }
        }
    }

    public static void Check(Outcome expected, TokenResult result)
    {
        var told = result.Error is null ? result.ToString() : new TokenAcquisitionException(result.Error, result.Attempts).ToString();
        Assert.True(expected.Verdict == result.Verdict, told);
        Assert.Equal(expected.Token, result.Token?.Value);
        Assert.Equal(expected.AcquiredBy, result.Token?.AcquiredBy);
        Assert.Equal(expected.Kind, result.Error?.Kind);
        Assert.Equal(expected.Category, result.Error?.Category ?? TokenErrorCategory.None);
        Assert.Equal(expected.Status ?? result.Error?.StatusCode, result.Error?.StatusCode);
        Assert.Equal(expected.IsTransient ?? result.Error?.IsTransient, result.Error?.IsTransient);
        Assert.Equal(expected.Attempts, result.Attempts.Select(attempt => $"{attempt.Credential}: {attempt.Verdict}"));
        Assert.All(expected.Says, words => Assert.Contains(words, told, StringComparison.Ordinal));

        // Whatever the situation: nothing that a scenario calls a canary is ever told.
        Assert.DoesNotContain("canary", told, StringComparison.Ordinal);
    }

    public void CheckTraffic(IReadOnlyList<ReceivedRequest> requests)
    {
        Assert.Equal(
            _exchanges.Select(exchange => $"{exchange.Request.Method} {exchange.Request.Url}"),
            requests.Select(request => $"{request.Method} {request.Uri.AbsoluteUri}"));
        foreach (var (exchange, request) in _exchanges.Zip(requests))
        {
            Assert.All(exchange.Request.Headers, header => Assert.Equal(header.Value, request.Headers.GetValueOrDefault(header.Key)));
            Assert.All(
                exchange.Request.Without, name => Assert.DoesNotContain(name, request.Headers.Keys, StringComparer.OrdinalIgnoreCase));
            if (exchange.Request.Form is { } form)
            {
                // Every field by name; a value of * stands for one that differs each time.
                Assert.Equal(form.Keys.Order(StringComparer.Ordinal), request.Form.Keys.Order(StringComparer.Ordinal));
                Assert.All(form.Where(field => field.Value != "*"), field => Assert.Equal(Fill(field.Value), request.Form[field.Key]));
            }
        }
    }

    private static string Fill(string text) => text
        .Replace(
            "{{pem}}",
            TestCertificate.Pem(TestCertificate.One) + TestCertificate.KeyOfOne.ExportPkcs8PrivateKeyPem(),
            StringComparison.Ordinal)
        .Replace("{{jwt}}", EntraFake.Jwt(), StringComparison.Ordinal);

    private static T Read<T>(string folder, string file) =>
        JsonSerializer.Deserialize<T>(File.ReadAllText(Path.Combine(folder, file), Encoding.UTF8), Json)!;

    /// <summary>A request that must come, and its answer; without one the connection is refused.</summary>
    public sealed record Exchange(ExpectedRequest Request, Answer? Answer = null);

    public sealed record ExpectedRequest(string Method, string Url)
    {
        public Dictionary<string, string> Headers { get; init; } = [];

        /// <summary>Headers that must not be there.</summary>
        public string[] Without { get; init; } = [];

        public Dictionary<string, string>? Form { get; init; }
    }

    public sealed record Answer(int Status, JsonElement? Body = null)
    {
        public Dictionary<string, string> Headers { get; init; } = [];

        /// <summary>What changes on the machine when this is answered: variables by name (null removes one), files by path.</summary>
        public Dictionary<string, string?> Changes { get; init; } = [];
    }

    public sealed record Expectation(Outcome[] Acquisitions)
    {
        public string[] Warnings { get; init; } = [];

        public string? ManagedIdentity { get; init; }

        public bool Retries { get; init; }
    }

    public sealed record Outcome(TokenVerdict Verdict)
    {
        public string Scope { get; init; } = EntraFake.Scope;

        public string? Tenant { get; init; }

        public bool ContinuousAccess { get; init; }

        /// <summary>Claims that an API demanded when it rejected the token before this one.</summary>
        public string? Claims { get; init; }

        public string? Token { get; init; }

        public string? AcquiredBy { get; init; }

        public TokenErrorKind? Kind { get; init; }

        public TokenErrorCategory Category { get; init; }

        public int? Status { get; init; }

        public bool? IsTransient { get; init; }

        /// <summary>Every attempt as <c>name: verdict</c>.</summary>
        public string[] Attempts { get; init; } = [];

        /// <summary>Words that stand somewhere in what the caller is told.</summary>
        public string[] Says { get; init; } = [];

        [JsonIgnore]
        public TokenRequest Request => new(Scope) { TenantId = Tenant, ContinuousAccess = ContinuousAccess };
    }
}
