using System.Buffers.Text;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Amazon;
using Amazon.Runtime;
using Amazon.SecurityToken;
using WorkloadIdentity.Aws;
using WorkloadIdentity.Testing;

namespace WorkloadIdentity.Tests;

/// <summary>AWS STS, real clients of the AWS SDK that ask it, and an Entra whose tokens it trusts. One clock for all.</summary>
internal sealed class AwsBench : IDisposable
{
    public const string Role = "arn:aws:iam::123456789012:role/reader";
    public const string Scope = "api://aws/.default";
    public const string Issuer = "https://sts.windows.net/72f988bf-86f1-41af-91ab-2d7cd011db47/";
    public const string Audience = "api://aws";
    public const string Subject = "0d3c1a52-9c0f-4d0e-8a54-6f1f6f0d2b11";

    private readonly RSA _key = TestCertificate.Key("issuer");
    private int _number;

    public AwsBench()
    {
        Sts = new AwsSts { Clock = Clock };
        Sts.AddProvider(Issuer, _key, Audience);
        Sts.AddRole(Role, Issuer, Audience, Subject);
        Credential = FakeCredential.Issuing(_ => Token(), TimeSpan.FromHours(1), Clock);
        Acquirer = new TokenAcquirer(Credential, new TokenAcquirerOptions { TimeProvider = Clock });
    }

    public FakeClock Clock { get; } = new();

    public AwsSts Sts { get; }

    public FakeCredential Credential { get; }

    public TokenAcquirer Acquirer { get; }

    public FakeLog Log { get; } = new();

    /// <summary>What the next token of Entra says.</summary>
    public Action<JsonObject> Claims { get; set; } = _ => { };

    /// <summary>A client as an application has one, with connections that end at the player.</summary>
    public IAmazonSecurityTokenService Client(AWSCredentials credentials, Func<HttpResponseMessage>? answer = null) =>
        new AmazonSecurityTokenServiceClient(credentials, new AmazonSecurityTokenServiceConfig
        {
            RegionEndpoint = RegionEndpoint.GetBySystemName(AwsSts.Region),
            HttpClientFactory = new Connections(new Wire(Sts, answer)),
            MaxErrorRetry = 0,
        });

    public AwsRoleOptions Options(Action<AwsRoleOptions>? configure = null, Func<HttpResponseMessage>? answer = null)
    {
        var options = new AwsRoleOptions
        {
            Client = Client(new AnonymousAWSCredentials(), answer),
            SessionName = "orders",
            TimeProvider = Clock,
            LoggerFactory = Log,
        };
        configure?.Invoke(options);
        return options;
    }

    public AWSCredentials Assume(string role = Role, Action<AwsRoleOptions>? configure = null) =>
        Acquirer.AsAwsCredentials(role, Scope, Options(configure));

    public string Token()
    {
        var claims = new JsonObject
        {
            ["iss"] = Issuer,
            ["aud"] = Audience,
            ["sub"] = Subject,
            ["exp"] = (Clock.Now + TimeSpan.FromHours(1)).ToUnixTimeSeconds(),
            ["jti"] = $"{++_number}",
        };
        Claims(claims);
        var content = $"{Encode("""{"alg":"RS256","typ":"JWT"}""")}.{Encode(claims.ToJsonString())}";
        return $"{content}.{Base64Url.EncodeToString(_key.SignData(
            Encoding.ASCII.GetBytes(content), HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1))}";
    }

    public void Dispose()
    {
        Acquirer.Dispose();
        _key.Dispose();
    }

    private static string Encode(string text) => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(text));

    private sealed class Connections(HttpMessageHandler handler) : HttpClientFactory
    {
        public override HttpClient CreateHttpClient(IClientConfig clientConfig) => new(handler, disposeHandler: false);

        public override bool UseSDKHttpClientCaching(IClientConfig clientConfig) => false;
    }

    /// <summary>Carries a request of an HttpClient to the player.</summary>
    private sealed class Wire(AwsSts sts, Func<HttpResponseMessage>? answer) : HttpMessageHandler
    {
        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            Assert.Equal($"https://sts.{AwsSts.Region}.amazonaws.com/", request.RequestUri!.AbsoluteUri);
            if (answer is not null)
            {
                return answer();
            }

            var headers = request.Headers.NonValidated.Concat(request.Content?.Headers.NonValidated.AsEnumerable() ?? [])
                .Select(header => (header.Key, string.Join(", ", header.Value))).ToList();
            if (headers.TrueForAll(header => header.Key != "Host"))
            {
                headers.Add(("Host", request.RequestUri.Authority));
            }

            var body = request.Content is null ? "" : await request.Content.ReadAsStringAsync(cancellationToken);
            var (status, xml) = sts.Answer(new AwsRequest(request.Method.Method, request.RequestUri.PathAndQuery, headers, body));
            return new HttpResponseMessage((HttpStatusCode)status)
            {
                Content = new StringContent(xml, Encoding.UTF8, "text/xml"),
                RequestMessage = request,
            };
        }
    }
}
