using Amazon.Runtime;
using Amazon.Runtime.Credentials;
using Amazon.SecurityToken;
using Amazon.SecurityToken.Model;

namespace WorkloadIdentity.Aws;

/// <summary>The identity tokens of AWS STS for the role of this program.</summary>
/// <param name="options">Checked options.</param>
/// <param name="findCredentials">In tests, what the AWS SDK finds; null asks the SDK.</param>
/// <param name="openClient">In tests, makes the client of found credentials; null makes one of the SDK.</param>
internal sealed class AwsAssertionSource(
    AwsAssertionOptions options,
    Func<CancellationToken, Task<AWSCredentials>>? findCredentials = null,
    Func<AWSCredentials, IAmazonSecurityTokenService>? openClient = null) : AssertionSource
{
    // Entra accepts no other algorithm in a client assertion.
    private const string Algorithm = "RS256";

    // The instance is asked last, and elsewhere nobody answers at its address.
    private static readonly TimeSpan ProbeLimit = TimeSpan.FromSeconds(1);

    /// <summary>The variables that say which AWS credentials this program has.</summary>
    private static readonly IReadOnlyList<string> Announcing =
    [
        "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_WEB_IDENTITY_TOKEN_FILE", "AWS_ROLE_ARN", "AWS_PROFILE",
        "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "AWS_CONTAINER_CREDENTIALS_FULL_URI",
    ];

    private readonly Func<CancellationToken, Task<AWSCredentials>> _find =
        findCredentials ?? (static _ => DefaultAWSCredentialsIdentityResolver.GetCredentialsAsync());

    private readonly Func<AWSCredentials, IAmazonSecurityTokenService> _open =
        openClient ?? (credentials => StsClient.Open(options.Region, credentials));

    private volatile Held? _held;

    public override string Name => "aws";

    protected override string? LooksFor =>
        $"an identity token of AWS STS{(options.Region is null ? "" : $" in {options.Region}")} for the AWS role of this program";

    public override async ValueTask<AssertionResult> GetAssertionAsync(AssertionRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        var audience = request.RequireAudience();
        var (client, none) =
            options.Client is { } given ? (given, null) : await OpenAsync(request, cancellationToken).ConfigureAwait(false);
        if (client is null)
        {
            return none!;
        }

        try
        {
            var response = await client.GetWebIdentityTokenAsync(Ask(audience), cancellationToken).ConfigureAwait(false);
            return AssertionResult.Issued(response.WebIdentityToken ?? "");
        }
        catch (ArgumentException exception)
        {
            return Failed(
                TokenErrorKind.InvalidResponse,
                "AWS STS returned something that is not an identity token. Check the address of STS (AWS_ENDPOINT_URL_STS).",
                exception);
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            return AssertionResult.Failed(StsRefusal.OfIdentityToken(exception));
        }
    }

    private GetWebIdentityTokenRequest Ask(string audience) => new()
    {
        Audience = [audience],
        SigningAlgorithm = Algorithm,
        DurationSeconds = (int)options.Duration.TotalSeconds,
        Tags = options.Tags.Count == 0 ? null : [.. options.Tags.Select(tag => new Tag { Key = tag.Key, Value = tag.Value })],
    };

    /// <summary>The client for the credentials that the AWS SDK finds now; the environment of a program may change.</summary>
    private async ValueTask<(IAmazonSecurityTokenService? Client, AssertionResult? None)> OpenAsync(
        AssertionRequest request, CancellationToken cancellationToken)
    {
        var isAnnounced = Announced(request.Environment).Any();
        using var limit = new CancellationTokenSource(
            request.HasAlternatives && !isAnnounced ? ProbeLimit : Timeout.InfiniteTimeSpan, request.TimeProvider);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            var credentials = await _find(either.Token).WaitAsync(either.Token).ConfigureAwait(false);
            if (_held is not { } held || !ReferenceEquals(held.Credentials, credentials))
            {
                _held = held = new Held(credentials, _open(credentials));
            }

            return (held.Client, null);
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            return (null, AssertionResult.Unavailable(new TokenError(
                TokenErrorKind.TimedOut,
                "No AWS credentials were found: no AWS_ variable names them, and no container or instance answered within "
                    + $"{ProbeLimit.TotalSeconds:0} s.")
            {
                HelpAnchor = StsRefusal.HelpAnchor,
            }));
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            return (null, None(exception, isAnnounced, request.Environment));
        }
    }

    private static AssertionResult None(Exception exception, bool isAnnounced, WorkloadEnvironment environment)
    {
        if (exception is StsClient.NoRegionException)
        {
            return Failed(
                TokenErrorKind.InvalidConfiguration,
                "AWS STS cannot be asked: no region is known. Set AWS_REGION, or the region in code or configuration.",
                exception);
        }

        if (exception is StsClient.PlainHttpException)
        {
            return Failed(TokenErrorKind.NotAllowed, exception.Message, exception);
        }

        var error = new TokenError(
            isAnnounced ? TokenErrorKind.InvalidConfiguration : TokenErrorKind.NotConfigured,
            isAnnounced
                ? $"The AWS SDK found no credentials, although these variables are set: {string.Join(", ", Announced(environment))} "
                    + $"({exception.GetType().Name}, kept as the inner exception). Check them; 'aws sts get-caller-identity' uses the same."
                : "No AWS credentials were found: no AWS_ variable names them, and no profile, container or instance has any.")
        {
            HelpAnchor = StsRefusal.HelpAnchor,
            Exception = exception,
        };
        return isAnnounced ? AssertionResult.Failed(error) : AssertionResult.Unavailable(error);
    }

    private static IEnumerable<string> Announced(WorkloadEnvironment environment) =>
        Announcing.Where(name => environment.Variable(name) is not null);

    private static AssertionResult Failed(TokenErrorKind kind, string message, Exception? exception = null) =>
        AssertionResult.Failed(new TokenError(kind, message) { HelpAnchor = StsRefusal.HelpAnchor, Exception = exception });

    private sealed record Held(AWSCredentials Credentials, IAmazonSecurityTokenService Client);
}
