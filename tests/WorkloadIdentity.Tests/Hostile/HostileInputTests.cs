using System.Net;
using System.Text;
using System.Text.Json;
using FsCheck.Fluent;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace WorkloadIdentity.Tests;

/// <summary>
/// Whatever arrives from outside is read, or refused, without an exception that is not ours, within bounds and without repeating a secret.
/// </summary>
public sealed class HostileInputTests
{
    private const string Secret = "secret-canary";

    [Fact]
    public Task Challenges() => Hostile.HoldsAsync(
        Hostile.Damaged(Gen.Frequency(
            (1, Hostile.Text),
            (3,
                Gen.Elements(
                    "Bearer ",
                    "Basic realm=\"x\", ",
                    "error=\"invalid_token\", ",
                    "claims=\"e30=\"",
                    "Negotiate YIIB==",
                    ",",
                    "a=b",
                    " ").ListOf().Select(string.Concat)))),
        field =>
        {
            using var response = new HttpResponseMessage(HttpStatusCode.Unauthorized);
            response.Headers.TryAddWithoutValidation("WWW-Authenticate", field.Split('\n'));
            foreach (var challenge in AuthenticationChallenge.Of(response))
            {
                Assert.NotEmpty(challenge.Scheme);
                Assert.True(
                    challenge.Parameters.Sum(
                        parameter => parameter.Key.Length + parameter.Value.Length) <= AuthenticationChallenge.MaxLineLength);
            }

            if (TokenRejection.From(response, "Bearer", continuousAccess: true)?.Claims is { } claims)
            {
                Assert.Null(ClaimsRequest.For(continuousAccess: true, claims).Error);
            }
        });

    [Fact]
    public Task Claims_of_challenges() => Hostile.HoldsAsync(
        Hostile.Damaged(Hostile.Json("access_token", "xms_cc", "values", "nbf", "essential", "value", "id_token")),
        json =>
        {
            var forms =
                new[] { json, Convert.ToBase64String(Encoding.UTF8.GetBytes(json)), Convert.ToBase64String(Encoding.UTF8.GetBytes(json))
                    .TrimEnd('=').Replace('+', '-').Replace('/', '_') };
            foreach (var form in forms)
            {
                if (!ChallengeClaims.TryRead(form, out var claims))
                {
                    continue;
                }

                // What the handler accepts, the token endpoint accepts, and nothing but the one member goes on, with the capability in it.
                Assert.True(Encoding.UTF8.GetByteCount(claims) <= ChallengeClaims.MaxBytes);
                var (merged, error) = ClaimsRequest.For(continuousAccess: true, claims);
                Assert.Null(error);
                using var document = JsonDocument.Parse(merged!);
                Assert.Equal(["access_token"], document.RootElement.EnumerateObject().Select(member => member.Name));
                Assert.Contains(
                    "cp1", document.RootElement.GetProperty("access_token").GetProperty("xms_cc").GetProperty("values").EnumerateArray()
                    .Where(value => value.ValueKind == JsonValueKind.String).Select(value => value.GetString()));
            }
        });

    [Fact]
    public Task Claims_merge() => Hostile.HoldsAsync(
        Hostile.Damaged(Hostile.Json("access_token", "xms_cc", "values", "nbf")),
        json =>
        {
            var (claims, error) = ClaimsRequest.For(continuousAccess: true, json);
            Assert.True(claims is null != (error is null));
            Assert.True(claims is null || claims.Length <= (6 * ClaimsRequest.MaxLength) + 100);
        });

    [Theory]
    [InlineData(200)]
    [InlineData(400)]
    [InlineData(503)]
    public Task Answers_of_the_token_endpoint(int status) => Hostile.HoldsAsync(
        Hostile.Damaged(Gen.Frequency(
            (4,
                Hostile.Json(
                    "access_token",
                    "token_type",
                    "expires_in",
                    "refresh_in",
                    "error",
                    "error_description",
                    "error_codes",
                    "suberror",
                    "claims",
                    "correlation_id",
                    "trace_id")),
            (1,
                Gen.Constant(
                    $$$"""
                    {"error":"invalid_client","error_description":"AADSTS7000215: {{{Secret}}} Trace ID: x","error_codes":[7000215],
                      "claims":"{\"access_token\":{}}"}
                    """)),
            (1, Hostile.Text))),
        body =>
        {
            var (form, exchange) = Exchange();
            using var response = new HttpResponseMessage((HttpStatusCode)status);
            var now = exchange.TimeProvider.GetUtcNow();
            var answer = BackchannelAnswer.Received(response, Encoding.UTF8.GetBytes(body), now, now);

            var result = TokenResponse.Read(answer, exchange, form, "client secret");

            if (result.Token is { } token)
            {
                Assert.True(
                    token.ExpiresOn > exchange.TimeProvider.GetUtcNow()
                        && token.ExpiresOn <= exchange.TimeProvider.GetUtcNow() + TokenResponse.MaxLifetime);
                Assert.True(Guard.IsHeaderToken(token.Value));
            }
            else
            {
                var text = new TokenAcquisitionException(result.Error!).ToString();
                Assert.DoesNotContain(Secret, text, StringComparison.Ordinal);
                Assert.True(text.Length < 4096);
                Assert.DoesNotContain(text, character => char.IsControl(character) && character is not ('\n' or '\r'));
            }
        });

    [Fact]
    public Task Tokens_of_managed_identity_hosts() => Hostile.HoldsAsync(
        Hostile.Damaged(Gen.Frequency(
            (4, Hostile.Json("access_token", "token_type", "expires_in", "expires_on", "refresh_in", "resource", "client_id")),
            (2, Gen.Constant(new Machine().Token())),
            (1, Hostile.Text))),
        body =>
        {
            var now = new FakeClock().Now;
            var read =
                HostTokenResponse.Read(
                    "IMDS",
                    TokenAnswer.Read(Encoding.UTF8.GetBytes(body)),
                    new ManagedIdentityRequest("https://graph.microsoft.com/.default", "https://graph.microsoft.com", id: null)
                    {
                        Present = new HashSet<string>(),
                    },
                    requiresEcho: false,
                    now,
                    now);

            Assert.True(read.Token is null != (read.Problem is null));
            Assert.True(read.Token is null || (read.Token.ExpiresOn > now && read.Token.ExpiresOn < now.AddDays(3)));
            Assert.True(read.Problem is null || read.Problem.Length < 300);
        });

    [Fact]
    public Task Errors_of_managed_identity_hosts() => Hostile.HoldsAsync(
        Hostile.Damaged(Gen.Frequency(
            (4, Hostile.Json("error", "error_description", "code", "message", "Message", "statusCode", "correlationId")),
            (1, Hostile.Text))),
        body =>
        {
            var error = HostErrorResponse.Read(TokenAnswer.Read(Encoding.UTF8.GetBytes(body)), Encoding.UTF8.GetBytes(body));

            Assert.True(
                error.Code is null || error.Code.All(character => char.IsAsciiLetterOrDigit(character) || character is '.' or '_' or '-'));
            Assert.True(error.EntraErrorCodes.Count <= 4);
        });

    /// <summary>
    /// A challenge of the agent may name any file; what it gets to see is the content of one that the agent may own, or nothing.
    /// </summary>
    [Fact]
    public Task Challenges_of_the_arc_agent() => Hostile.HoldsAsync(
        Hostile.Damaged(Gen.Frequency(
            (4,
                from folder in Gen.Elements(
                    "/var/opt/azcmagent/tokens/",
                    "/var/opt/azcmagent/tokens/../",
                    "/var/opt/azcmagent/tokens//",
                    "/etc/",
                    "",
                    "~/",
                    @"C:\ProgramData\AzureConnectedMachineAgent\Tokens\")
                from name in Gen.Elements(
                    "good.key", "other.txt", "shadow", "..", "good.key/", "good.key\0", "GOOD.KEY", "large.key", "link.key", "a b.key")
                from quote in Gen.Elements("", "\"", "'")
                select $"Basic realm={quote}{folder}{name}{quote}"),
            (1, Hostile.Text))),
        challenge =>
        {
            var machine = new Machine();
            machine.Variables["IDENTITY_ENDPOINT"] = "http://127.0.0.1:40342/metadata/identity/oauth2/token";
            machine.Variables["IMDS_ENDPOINT"] = "http://127.0.0.1:40342";
            string[] paths =
                ["/etc/shadow", "/etc/good.key", "/var/opt/azcmagent/tokens/other.txt", "/var/opt/azcmagent/good.key", "good.key"];
            foreach (var path in paths)
            {
                machine.Files[path] = Encoding.UTF8.GetBytes(Secret);
            }

            machine.Files["/var/opt/azcmagent/tokens/good.key"] = "the-key"u8.ToArray();
            machine.Files["/var/opt/azcmagent/tokens/large.key"] = new byte[WorkloadEnvironment.MaxFileBytes];
            machine.Server.Otherwise = request => request.Headers.ContainsKey("Authorization")
                ? FakeServer.Response(HttpStatusCode.OK, machine.Token())
                : FakeServer.Response(
                    HttpStatusCode.Unauthorized, "", headers: ("WWW-Authenticate", challenge.ReplaceLineEndings(" ").Replace('\0', ' ')));

            var result = machine.Credential(configure: options => options.Retry = new RetryOptions { MaxAttempts = 1 })
                .AcquireAsync(new Acquisition(new TokenRequest(Machine.Scope)) { TimeProvider = machine.Clock }, CancellationToken.None)
                .AsTask().GetAwaiter().GetResult();

            Assert.All(
                machine.Server.Requests,
                request => Assert.True(request.Headers.GetValueOrDefault("Authorization") is null or "Basic the-key"));
            Assert.DoesNotContain(Secret, result.Error?.ToString() ?? "", StringComparison.Ordinal);
        });

    [Fact]
    public Task Assertions_of_others() => Hostile.HoldsAsync(
        Hostile.Damaged(Hostile.Json("exp", "nbf", "sub", "iss", "aud", "alg")),
        payload =>
        {
            var encoded = Convert.ToBase64String(Encoding.UTF8.GetBytes(payload)).TrimEnd('=').Replace('+', '-').Replace('/', '_');
            foreach (var text in new[] { $"e30.{encoded}.c2ln", $"{encoded}.{encoded}.{encoded}", payload })
            {
                var jwt = UnverifiedJwt.TryRead(text);
                _ = (jwt?.Issuer, jwt?.Subject, jwt?.Audiences, jwt?.ExpiresOn, jwt?.NotBefore, jwt?.Algorithm);
            }
        });

    [Fact]
    public Task Configuration_sections() => Hostile.HoldsAsync(
        from pairs in (from key in Gen.Elements(
            "Kind",
            "kind",
            "TenantId",
            "ClientId",
            "MultiTenant",
            "ClientSecret",
            "ClientSecretFile",
            "CertificateFile",
            "TokenFile",
            "SystemAssigned",
            "ObjectId",

                           "ResourceId", "Allow:0", "Credentials:0:Kind", "Credentials:0:ClientId", "Credentials:0:Credentials:0:Kind",
                           "AuthorityHost", "Capacity", "AcquisitionTimeLimit", "AdditionallyAllowedTenants:0", "Typo")
                       from value in Gen.Frequency(
                           (3,
                               Gen.Elements(
                                   "DefaultChain",
                                   "ManagedIdentity",
                                   "ClientSecret",
                                   "ClientCertificate",
                                   "FederatedTokenFile",
                                   "Chain",
                                   "true",
                                   EntraFake.ClientId,
                                   EntraFake.Tenant,
                                   "https://login.microsoftonline.com",
                                   "5")),
                           (1, Hostile.Text))
                       select $"{key}\u0001{value.Replace('\u0001', ' ').Replace('\u0002', ' ')}").ListOf()
        select string.Join('\u0002', pairs),
        settings =>
        {
            var values = settings.Split('\u0002', StringSplitOptions.RemoveEmptyEntries).Select(pair => pair.Split('\u0001', 2))
                .GroupBy(pair => pair[0], StringComparer.OrdinalIgnoreCase)
                .ToDictionary(group => group.Key, group => (string?)group.First()[1]);
            var configuration =
                new ConfigurationBuilder().AddInMemoryCollection(
                    values.Select(value => new KeyValuePair<string, string?>($"Identity:{value.Key}", value.Value))).Build();
            var services = new ServiceCollection();
            services.AddSingleton(WorkloadEnvironment.FromValues(new Dictionary<string, string>()));
            services.AddWorkloadIdentity(configuration.GetSection("Identity"));
            using var provider = services.BuildServiceProvider();
            try
            {
                Assert.IsType<TokenAcquirer>(provider.GetRequiredService<ITokenAcquirer>());
            }
            catch (Microsoft.Extensions.Options.OptionsValidationException exception)
            {
                Assert.All(exception.Failures, failure => Assert.StartsWith("The default identity: ", failure, StringComparison.Ordinal));
            }
        });

    private static (TokenRequestForm Form, TokenExchange Exchange) Exchange()
    {
        var form = new TokenRequestForm();
        form.AddClientSecret(Secret);
        return (form, new TokenExchange
        {
            Authority = Authority.Require(EntraCloud.Public, allowUnknown: false, "host"),
            TenantId = EntraFake.Tenant,
            ClientId = EntraFake.ClientId,
            Request = new TokenRequest(EntraFake.Scope),
            Environment = WorkloadEnvironment.FromValues(new Dictionary<string, string>()),
            TimeProvider = new FakeClock(),
        });
    }
}
