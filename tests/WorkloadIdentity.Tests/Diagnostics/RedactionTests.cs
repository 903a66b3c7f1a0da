using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Reflection;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Logging;

namespace WorkloadIdentity.Tests;

/// <summary>
/// A canary stands in every place that holds a secret, every failure is driven, some servers play back what they were sent, and then
/// whatever left the library is searched: logs, exceptions, traces, metrics, health reports, debugger displays, serialisers and ToString.
/// </summary>
public sealed class RedactionTests : IDisposable
{
    private const string Canary = "canary0bird";
    private const string Password = "canary0bird-password";
    private const string Header = "canary0bird-8a54-6f1f6f0d2b11";
    private const string Secret = "canary0bird~secret.value";
    private const string Token = "canary0bird-access-token";
    private static readonly string Assertion =
        JwtOf("""{"iss":"https://issuer.example/","sub":"pod","aud":"api://AzureADTokenExchange","canary0bird":1}""");
    private static readonly string UserAssertion = JwtOf("""{"sub":"alice","canary0bird":2}""");

    /// <summary>No canary may be found in any of the forms it travels in.</summary>
    private static readonly string[] Forms =
    [
        Canary, Assertion, UserAssertion, Assertion.Split('.')[1], UserAssertion.Split('.')[1], Uri.EscapeDataString(Secret),
        Convert.ToBase64String(Encoding.UTF8.GetBytes(Secret)),
    ];

    private readonly FakeLog _log = new();
    private readonly FakeMeters _meters = new();
    private readonly EntraFake _entra = new();
    private readonly ConcurrentQueue<string> _left = new();

    public void Dispose()
    {
        _log.Dispose();
        _meters.Dispose();
    }

    public static TheoryData<string, int, string> Answers => new()
    {
        { "a token", 200, $$"""{"token_type":"Bearer","access_token":"{{Token}}","expires_in":3599}""" },
        { "a token of another type", 200, $$"""{"token_type":"pop","access_token":"{{Token}}","expires_in":3599}""" },
        { "a token without an expiry", 200, $$"""{"token_type":"Bearer","access_token":"{{Token}}"}""" },
        { "a token that cannot stand in a header", 200, $$"""{"token_type":"Bearer","access_token":"{{Token}}\n","expires_in":3599}""" },
        { "everything played back", 400, "$ECHO" },
        { "everything played back as codes, ids and claims", 400, "$FIELDS" },
        { "what was sent played back as the code of an error", 400, "$CODE" },
        { "a page", 502, $"<html>$ECHO</html>" },
        { "text", 500, "$ECHO" },
        { "nothing", 503, "" },
        { "throttling", 429, "$ECHO" },
    };

    [Theory]
    [MemberData(nameof(Answers))]
    public async Task Nothing_secret_leaves(string situation, int status, string body)
    {
        using var activities = Listen();
        using var root = new Activity("test").Start();
        _entra.Files["/secret"] = Encoding.UTF8.GetBytes(Secret);
        _entra.Files["/token"] = Encoding.UTF8.GetBytes(Assertion);
        _entra.Files["/cert.pfx"] = TestCertificate.Pfx(TestCertificate.One, Password);
        _entra.Server.Otherwise = request => FakeServer.Response((HttpStatusCode)status, Play(body, request.Body));
        ClientAuthentication[] ways =
        [
            ClientSecretAuthentication.FromValue(Secret),
            ClientSecretAuthentication.FromFile("/secret"),
            ClientSecretAuthentication.FromFile("/missing"),
            ClientSecretAuthentication.FromCallback(_ => ValueTask.FromResult(Secret)),
            new FederatedAuthentication(AssertionSource.FromFile("/token")),
            ClientCertificateAuthentication.FromFile("/cert.pfx", Password),
            ClientCertificateAuthentication.FromFile("/cert.pfx", Password + "-wrong"),
        ];
        foreach (var way in ways)
        {
            var credential =
                _entra.Credential(way, options => (options.LoggerFactory, options.Retry) = (_log, new RetryOptions { MaxAttempts = 1 }));
            await UseAsync(credential, new TokenRequest(EntraFake.Scope));
            await UseAsync(credential, new TokenRequest(EntraFake.Scope) { UserAssertion = UserAssertion });
            Show(way, credential, new CredentialChain(credential));
        }

        var machine = Machine.AppService();
        machine.Variables["IDENTITY_HEADER"] = Header;
        machine.Server.Otherwise = request => FakeServer.Response((HttpStatusCode)status, Play(body, request.Headers["X-IDENTITY-HEADER"]));
        await UseAsync(
            machine.Credential(configure: options => (options.LoggerFactory, options.Retry) = (_log, new RetryOptions { MaxAttempts = 1 })),
            new TokenRequest(EntraFake.Scope));

        foreach (var entry in _log.Entries.Concat(_entra.Log.Entries))
        {
            _left.Enqueue(entry.Text);
        }

        foreach (var measured in _meters.All)
        {
            _left.Enqueue(measured.Tags);
        }

        Assert.NotEmpty(_meters.All);
        Assert.NotEmpty(_log.Entries);
        Assert.True(_left.Count > 100);
        foreach (var text in _left)
        {
            foreach (var form in Forms)
            {
                Assert.False(text.Contains(form, StringComparison.OrdinalIgnoreCase), $"{situation}: {text}");
            }
        }
    }

    [Fact]
    public void Configuration_that_cannot_be_read_quotes_nothing()
    {
        foreach (var kind in CredentialKind.All)
        {
            foreach (var setting in kind.Settings.Concat(IdentitySection.SettingNames).Append("Typo"))
            {
                var configuration = new ConfigurationBuilder().AddInMemoryCollection(
                    kind.Settings.Concat([setting]).Distinct()
                        .ToDictionary(name => $"Identity:{name}", name => (string?)$"{Canary} {name}\r\n")
                        .Append(new("Identity:Kind", kind.Name))).Build();
                var services = new ServiceCollection();
                services.AddWorkloadIdentity(configuration.GetSection("Identity"));
                using var provider = services.BuildServiceProvider();
                if (Record.Exception(() => provider.GetRequiredService<ITokenAcquirer>()) is { } exception)
                {
                    Assert.DoesNotContain(Canary, exception.ToString(), StringComparison.Ordinal);
                }
            }
        }
    }

    /// <summary>Everything one can do with an identity, and everything one can see of it afterwards.</summary>
    private async Task UseAsync(Credential credential, TokenRequest request)
    {
        var services = new ServiceCollection();
        services.AddSingleton<ILoggerFactory>(_log);
        services.AddSingleton(typeof(ILogger<>), typeof(Logger<>));
        services.AddSingleton<System.Diagnostics.Metrics.IMeterFactory>(new Unowned(_meters));
        services.AddSingleton<TimeProvider>(_entra.Clock);
        services.AddWorkloadIdentity("identity").UseCredential(_ => credential);
        services.AddHealthChecks().AddWorkloadIdentity();
        var claims = Convert.ToBase64String("""{"access_token":{"nbf":null}}"""u8);
        using var api = new FakeServer
        {
            Otherwise = received => FakeServer.Response(
                HttpStatusCode.Unauthorized,
                received.Headers["Authorization"],
                headers: ("WWW-Authenticate",
                    $"Bearer error=\"insufficient_claims\", claims=\"{claims}\", realm=\"{received.Headers["Authorization"]}\"")),
        };
        services.AddHttpClient("api").AddAccessToken(EntraFake.Scope, identity: "identity")
            .ConfigurePrimaryHttpMessageHandler(() => api);
        await using var provider = services.BuildServiceProvider();
        var acquirer = provider.GetRequiredKeyedService<ITokenAcquirer>("identity");
        using var client = provider.GetRequiredService<IHttpClientFactory>().CreateClient("api");

        await TryAsync(async () => Show(await acquirer.GetTokenAsync(request)));
        await TryAsync(
            async () => Show(await acquirer.RenewTokenAsync(request, new AccessToken(Token, _entra.Clock.Now), """{"access_token":{}}""")));
        foreach (var address in new[] { "https://graph.microsoft.com/", "https://elsewhere.example/", $"https://{Canary[
            ..6]}@graph.microsoft.com/" })
        {
            using var message = new HttpRequestMessage(HttpMethod.Get, address);
            if (request.UserAssertion is { } user)
            {
                message.OnBehalfOf(user);
            }

            await TryAsync(async () => (await client.SendAsync(message)).Dispose());
            Show(message.Options);
        }

        Show(request, acquirer, new Acquisition(request) { Rejected = new AccessToken(Token, default) });
        var report = await provider.GetRequiredService<HealthCheckService>().CheckHealthAsync();
        Show(report.Entries.Select(entry => (entry.Value.Description, string.Join(' ', entry.Value.Data))).ToList());
        _left.Enqueue(string.Join(' ', report.Entries.Select(entry => $"{entry.Value.Description} {string.Join(' ', entry.Value.Data)}")));
    }

    private async Task TryAsync(Func<Task> work)
    {
        try
        {
            await _entra.Clock.RunUntilAsync(async ValueTask<bool> () =>
            {
                await work();
                return true;
            });
        }
        catch (TokenAcquisitionException exception)
        {
            Show(exception, exception.Error, exception.Attempts);
            _left.Enqueue(exception.Error.ToChallenge() ?? "");
            foreach (var (key, value) in exception.Data.Cast<System.Collections.DictionaryEntry>())
            {
                _left.Enqueue($"{key} {value}");
            }
        }
    }

    /// <summary>As text, as JSON, and as a debugger shows it: its display, and every public or private member it may open.</summary>
    private void Show(params object[] things)
    {
        foreach (var thing in things)
        {
            _left.Enqueue(thing.ToString() ?? "");
            try
            {
                _left.Enqueue(JsonSerializer.Serialize(thing, thing.GetType(), Relaxed));
                _left.Enqueue(Newtonsoft.Json.JsonConvert.SerializeObject(thing));
            }
            catch (Exception exception) when (exception is NotSupportedException or JsonException or InvalidOperationException
                or Newtonsoft.Json.JsonException)
            {
                // Serialisers cannot take it at all.
            }

            foreach (var member in thing.GetType().GetProperties(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic)
                .Where(property =>
                    property.GetIndexParameters().Length == 0 && property.PropertyType == typeof(string) && IsBrowsable(property)
                        && thing.GetType().Assembly == typeof(TokenRequest).Assembly))
            {
                _left.Enqueue($"{member.Name}={member.GetValue(thing)}");
            }
        }
    }

    private static bool IsBrowsable(MemberInfo member) =>
        member.GetCustomAttribute<DebuggerBrowsableAttribute>()?.State != DebuggerBrowsableState.Never;

    private ActivityListener Listen()
    {
        var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == Telemetry.Name,
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = activity => _left.Enqueue(
                $"{activity.DisplayName} {activity.StatusDescription} {string.Join(' ', activity.TagObjects)} {string.Join(
                    ' ',
                    activity.Events.Select(note => $"{note.Name} {string.Join(' ', note.Tags)}"))} {string.Join(' ', activity.Baggage)}"),
        };
        ActivitySource.AddActivityListener(listener);
        return listener;
    }

    /// <summary>What a careless or hostile server answers: what it was sent, decoded and as it came.</summary>
    private static string Play(string body, string sent)
    {
        var echo = sent + " " + WebUtility.UrlDecode(sent);
        var secret = Array.Find([UserAssertion, Assertion, Secret, Header], known => echo.Contains(known, StringComparison.Ordinal)) ?? "x";
        return body == "$FIELDS"
            ? JsonSerializer.Serialize(
                new
                {
                    error = secret,
                    suberror = secret,
                    error_description = $"AADSTS700213: {echo} Trace ID: "
                    + $"{echo}",
                    error_codes = new[] { 700213 },
                    trace_id = secret,
                    correlation_id = secret,
                    claims = $$"""{"access_token":{"x":"{{secret}}"} }"""
                })
            : body == "$CODE" ? JsonSerializer.Serialize(new { error = new { code = secret, message = echo, correlationId = secret } })
            : body == "$ECHO"
            ? JsonSerializer.Serialize(
                new { error = "invalid_client", error_description = $"AADSTS7000215: {echo}", message = echo, code = "x" })
            : body.Replace("$ECHO", echo, StringComparison.Ordinal);
    }

    private static string JwtOf(string payload) =>
        $"eyJhbGciOiJSUzI1NiJ9.{Convert.ToBase64String(Encoding.UTF8.GetBytes(payload)).TrimEnd('=').Replace('+', '-')
            .Replace('/', '_')}.c2lnbmF0dXJl";

    private static readonly JsonSerializerOptions Relaxed =
        new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, IncludeFields = true };

    /// <summary>A container disposes what it makes meters with; this one serves several.</summary>
    private sealed class Unowned(FakeMeters meters) : System.Diagnostics.Metrics.IMeterFactory
    {
        public System.Diagnostics.Metrics.Meter Create(System.Diagnostics.Metrics.MeterOptions options) => meters.Create(options);

        public void Dispose()
        {
        }
    }
}
