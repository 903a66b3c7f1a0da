using System.Net;
using System.Text;
using WorkloadIdentity.DistributedCache;
using WorkloadIdentity.Testing;

namespace WorkloadIdentity.Fuzz;

/// <summary>
/// What reads text and bytes that others wrote. A target throws when it meets an exception that is not documented, or when a law is broken.
/// </summary>
internal static class Targets
{
    private const string Tenant = "11111111-1111-1111-1111-111111111111";
    private const string Client = "22222222-2222-2222-2222-222222222222";
    private const string Secret = "secret-canary";

    private static readonly TokenRequest Orders = new("api://orders/.default");

    // In this order because of the corpus: '0' and '1' are App Service, '2' and '3' the next, and so on.
    private static readonly Dictionary<string, string>[] Hosts =
    [
        new() { ["IDENTITY_ENDPOINT"] = "http://127.0.0.1:41111/token", ["IDENTITY_HEADER"] = Secret },
        new() { ["AZURE_POD_IDENTITY_AUTHORITY_HOST"] = "http://127.0.0.1:41112" },
        new() { ["MSI_ENDPOINT"] = "http://127.0.0.1:41113/oauth2/token" },
        new() { ["MSI_ENDPOINT"] = "http://127.0.0.1:41114/MSI/token", ["MSI_SECRET"] = Secret },
    ];

    public static IReadOnlyDictionary<string, Action<byte[]>> All { get; } = new Dictionary<string, Action<byte[]>>
    {
        ["challenge"] = Challenge,
        ["claims"] = Claims,
        ["token-response"] = body => Token(HttpStatusCode.OK, body),
        ["token-refusal"] = body => Token(HttpStatusCode.BadRequest, body),
        ["host-response"] = Host,
        ["jwt"] = Jwt,
        ["certificate"] = Certificate,
        ["emulator-file"] = File,
        ["stored-token"] = Stored,
    };

    /// <summary>An API's answer: the message goes through the handler, and what it demands reaches the acquirer.</summary>
    private static void Challenge(byte[] header)
    {
        using var acquirer = new TokenAcquirer(new ClaimsCredential());
        using var api = new CannedAnswer(HttpStatusCode.Unauthorized, []) { Challenge = Encoding.Latin1.GetString(header) };
        var options = new AccessTokenHandlerOptions { AllowedOrigins = { new Uri("https://orders.example/") } };
        using var handler = new AccessTokenHandler(acquirer, Orders, options) { InnerHandler = api };
        using var client = new HttpMessageInvoker(handler);
        using var message = new HttpRequestMessage(HttpMethod.Get, new Uri("https://orders.example/"));
        using var response = client.SendAsync(message, CancellationToken.None).GetAwaiter().GetResult();
        Law(response.StatusCode == HttpStatusCode.Unauthorized, "the API's answer did not reach the caller");
    }

    private static void Claims(byte[] value)
    {
        if (ChallengeClaims.TryRead(Encoding.Latin1.GetString(value), out var claims))
        {
            _ = DemandedClaims.Of(claims);
            Law(ClaimsRequest.For(continuousAccess: true, claims).Error is null, "claims that the handler accepts are refused later");
        }

        _ = DemandedClaims.Of(Encoding.UTF8.GetString(value));
        var (merged, error) = ClaimsRequest.For(continuousAccess: true, Encoding.UTF8.GetString(value));
        Law(merged is null != (error is null), "claims are neither merged nor refused");
    }

    private static void Token(HttpStatusCode status, byte[] body)
    {
        using var client = new HttpClient(new CannedAnswer(status, body));
        var options = new ApplicationCredentialOptions { HttpClient = client };
        options.Retry.MaxAttempts = 1;
        var credential = new ApplicationCredential(Tenant, Client, ClientSecretAuthentication.FromValue(Secret), options);
        Check(credential.AcquireAsync(new Acquisition(Orders), CancellationToken.None).AsTask().GetAwaiter().GetResult());
    }

    /// <summary>The first byte chooses the host and whether it accepts the request; the rest is the body of its answer.</summary>
    private static void Host(byte[] input)
    {
        if (input is not [var choice, .. var body])
        {
            return;
        }

        using var client = new HttpClient(new CannedAnswer(choice % 2 == 0 ? HttpStatusCode.OK : HttpStatusCode.BadRequest, body));
        var credential = new ManagedIdentityCredential(
            null,
            new ManagedIdentityCredentialOptions
            {
                HttpClient = client,
                Environment = WorkloadEnvironment.FromValues(Hosts[choice / 2 % Hosts.Length]),
                Retry = new RetryOptions { MaxAttempts = 1 },
            });
        Check(credential.AcquireAsync(new Acquisition(Orders), CancellationToken.None).AsTask().GetAwaiter().GetResult());
    }

    private static void Jwt(byte[] text)
    {
        if (UnverifiedJwt.TryRead(Encoding.UTF8.GetString(text)) is { } jwt)
        {
            _ = (jwt.ExpiresOn, jwt.ToString());
        }
    }

    private static void Certificate(byte[] bytes)
    {
        var read = new CertificateParser("The file", "The key", "password").Read(CertificateContent.Of(bytes), key: null);
        Law(read.Problem is null || !read.Problem.Contains("password", StringComparison.Ordinal), "a message repeats the password");
    }

    private static void File(byte[] json)
    {
        try
        {
            _ = EmulatorFile.Parse(Encoding.UTF8.GetString(json));
        }
        catch (EmulatorFileException)
        {
            // Each mistake is listed.
        }
    }

    private static void Stored(byte[] plaintext)
    {
        var entry = StoreEntry.Of("fuzz", Orders, new byte[32]);
        try
        {
            // The identity stands in front: an attacker who can write here has the key, a corpus need not know it.
            byte[] value = [.. BitConverter.GetBytes(entry.Identity.Length), .. entry.Identity, .. plaintext];
            var token = StoredToken.Read(value, entry, new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));
            Law(token.Value.Length > 0, "a token is empty");
        }
        catch (UnusableValueException)
        {
            // Such a value counts as absent.
        }
    }

    private static void Check(TokenResult result)
    {
        if (result.Token is { } token)
        {
            Law(token.ExpiresOn - DateTimeOffset.UnixEpoch < TimeSpan.FromDays(100 * 366), "a token never expires");
            Law(!token.Value.Contains('\n', StringComparison.Ordinal), "a token breaks a header");
        }
        else
        {
            var text = result.Error!.ToString();
            Law(!text.Contains(Secret, StringComparison.Ordinal), "a message repeats the secret");
            Law(text.Length < 20_000, "a message has no bound");
            Law(!text.Any(character => char.IsControl(character) && character is not ('\n' or '\t')), "a message has control characters");
        }
    }

    private static void Law(bool holds, string otherwise)
    {
        if (!holds)
        {
            throw new InvalidOperationException(otherwise);
        }
    }

    private sealed class ClaimsCredential : Credential
    {
        public override string Name => "fuzz";

        protected override RequestFeatures Supports => RequestFeatures.Claims;

        protected override ValueTask<TokenResult> AcquireCoreAsync(Acquisition acquisition, CancellationToken cancellationToken) =>
            ValueTask.FromResult(TokenResult.Issued(new AccessToken(
                Guid.NewGuid().ToString("N"), acquisition.TimeProvider.GetUtcNow().AddHours(1))));
    }
}
