using System.Security.Authentication;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;

namespace WorkloadIdentity;

/// <summary>
/// An application on Service Fabric. Its identity is fixed by the application manifest, its endpoint is known by the thumbprint of its
/// certificate alone. <see href="https://learn.microsoft.com/azure/service-fabric/how-to-managed-identity-service-fabric-app-code">Use
/// managed identity in a Service Fabric application</see>.
/// </summary>
internal sealed partial class ServiceFabricHost(ManagedIdentityCredentialOptions options) : ManagedIdentityHost("Service Fabric", options)
{
    private const string VersionVariable = "IDENTITY_API_VERSION";
    private const string ThumbprintVariable = "IDENTITY_SERVER_THUMBPRINT";

    // The documents ask for 1, 2, 4, 8 and 16 seconds.
    private static RetryOptions FabricSchedule => new()
    {
        MaxAttempts = 6,
        Delay = TimeSpan.FromSeconds(1),
        MaxDelay = TimeSpan.FromSeconds(16),
        TotalBudget = TimeSpan.FromSeconds(45),
        AttemptTimeout = TimeSpan.FromSeconds(15),
    };

    // One client for the thumbprint that was last seen. One that is replaced may be in use: it ends with its last request, and is not
    // disposed.
    private PinnedClient? _client;

    /// <summary>
    /// The rejected token is named by its hash; the claims themselves stay here, because the host asks Entra for a newer token anyway.
    /// </summary>
    public override RequestFeatures Supports => RequestFeatures.Claims;

    protected override RetryOptions Schedule => FabricSchedule;

    // 404 is ManagedIdentityNotFound here, which asking again does not change.
    protected override bool IsTransient(int status) => status is 408 or 429 or >= 500;

    protected override bool SaysNoIdentity(int status, HostErrorResponse said) => status == 404 && said.Code == "ManagedIdentityNotFound";

    protected override (HttpRequestMessage? Message, TokenError? Error) Write(ManagedIdentityRequest request)
    {
        var (endpoint, endpointProblem) = HostVariable.Address(Options.Environment, "IDENTITY_ENDPOINT");
        var (secret, secretProblem) = HostVariable.Header(Options.Environment, "IDENTITY_HEADER");
        var version = Options.Environment.Variable(VersionVariable) ?? "2019-07-01-preview";
        var problem = endpointProblem ?? secretProblem
            ?? (endpoint!.Scheme != "https"
                ? "IDENTITY_ENDPOINT is plain http. On Service Fabric it is https, with the certificate whose thumbprint the variable "
                    + "beside it states."
                : !IsVersion().IsMatch(version) ? $"{VersionVariable} is not a version such as 2019-07-01-preview."
                : Thumbprint() is null ? $"{ThumbprintVariable} is not a SHA-1 thumbprint (40 hexadecimal digits)."
                : null);
        if (problem is not null)
        {
            return (null,
                request.Error(
                    TokenErrorKind.InvalidConfiguration,
                    $"The managed identity of Service Fabric cannot be asked: {problem}",
                    HelpAnchors.ManagedIdentity));
        }

        if (request is { IsChallenged: true, Rejected: null })
        {
            return (null,
                request.Error(
                    TokenErrorKind.InvalidConfiguration,
                    "Service Fabric answers a claims challenge by replacing the token that was rejected, and the request does not say "
                        + "which that is. Pass it along with the claims.",
                    HelpAnchors.ClaimsChallenge));
        }

        var (query, error) = request.Query(Name, kind => kind == ManagedIdentityIdKind.ObjectId ? "principalId" : null);
        if (query is null)
        {
            return (null, error);
        }

        var message = new HttpRequestMessage(HttpMethod.Get, new Uri(
            $"{endpoint!.GetLeftPart(UriPartial.Path)}?api-version={version}&{query}{(request.ContinuousAccess
                ? "&xms_cc=cp1"
                : "")}{(request.IsChallenged ? $"&token_sha256_to_refresh={HashOf(request.Rejected!)}" : "")}"));
        message.Headers.Add("Secret", secret);
        return (message, null);
    }

    protected override async ValueTask<BackchannelAnswer> SendAsync(
        HttpRequestMessage message, TimeSpan timeLimit, CancellationToken cancellationToken)
    {
        var answer = await base.SendAsync(message, timeLimit, cancellationToken).ConfigureAwait(false);
        return answer.Error?.Exception is HttpRequestException { InnerException: AuthenticationException } exception
            ? BackchannelAnswer.Failed(new TokenError(
                TokenErrorKind.InvalidResponse,
                $"What answers at IDENTITY_ENDPOINT is not the host: its certificate is not the one {ThumbprintVariable} states. Nothing "
                    + "was sent to it. If the host renewed its certificate, restart this process, so that it gets the new thumbprint.")
            {
                Exception = exception,
                HelpAnchor = HelpAnchors.ManagedIdentity,
            })
            : answer;
    }

    /// <summary>
    /// A client that accepts one certificate and asks no authority about it. The program's own client cannot promise that.
    /// </summary>
    protected override HttpClient Client
    {
        get
        {
            var thumbprint = Thumbprint()!;
            var current = Volatile.Read(ref _client);
            if (current is null || current.Thumbprint != thumbprint)
            {
                current = new PinnedClient(thumbprint, (Options.PinnedClient ?? Backchannel.Pinned)(Convert.FromHexString(thumbprint)));
                Volatile.Write(ref _client, current);
            }

            return current.Client;
        }
    }

    protected override string Advice(ManagedIdentityRequest request, int status, HostErrorResponse said) => said.Code switch
    {
        "ManagedIdentityNotFound" =>
            "The application manifest assigns no such identity to this service: add it, and redeploy the application.",
        "SecretHeaderNotFound" =>
            "IDENTITY_HEADER is not the one this service was given. Restart the process, so that it gets its variables anew.",
        "InvalidApiVersion" => $"Set {VersionVariable} to a version this cluster's runtime knows, or remove it.",
        "ArgumentNullOrEmpty" or "InternalServerError" =>
            "Check the scope first: a resource the host does not know, one with a slash too many perhaps, ends like this. Then check the "
                + "health of the cluster's managed identity service.",
        _ => base.Advice(request, status, said),
    };

    /// <summary>How the host is told which token to replace: SHA-256 of its UTF-8 text in lower-case hexadecimal.</summary>
    internal static string HashOf(AccessToken token) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(token.Value)));

    /// <summary>The thumbprint without the separators people paste; null when it is none.</summary>
    private string? Thumbprint()
    {
        var text =
            Options.Environment.Variable(ThumbprintVariable)?.Replace(":", "", StringComparison.Ordinal)
                .Replace(" ", "", StringComparison.Ordinal);
        return text is not null && IsThumbprint().IsMatch(text) ? text.ToUpperInvariant() : null;
    }

    [GeneratedRegex(@"\A[0-9A-Fa-f]{40}\z", RegexOptions.CultureInvariant)]
    private static partial Regex IsThumbprint();

    [GeneratedRegex(@"\A[0-9]{4}-[0-9]{2}-[0-9]{2}(?:-[a-z]{1,16})?\z", RegexOptions.CultureInvariant)]
    private static partial Regex IsVersion();

    private sealed record PinnedClient(string Thumbprint, HttpClient Client);
}
