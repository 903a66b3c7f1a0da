using System.Net;

namespace WorkloadIdentity;

/// <summary>The identity tokens of Google Cloud's metadata server.</summary>
internal sealed class GoogleMetadataAssertionSource : AssertionSource
{
    private const string HostVariableName = "GCE_METADATA_HOST";
    private const string KnownHost = "metadata.google.internal";
    private const string Flavor = "Metadata-Flavor";
    private const string Google = "Google";

    private static readonly TimeSpan ProbeLimit = TimeSpan.FromSeconds(1);

    private static readonly AssertionEndpoint Endpoint = new(
        "Google's metadata server",
        "Check that this program runs on Google Cloud with a service account; GKE needs Workload Identity Federation for the pod's "
            + "service account.",
        HelpAnchors.GoogleMetadata);

    private readonly AssertionClient _client;

    public GoogleMetadataAssertionSource(AssertionClient client) => _client = client;

    public override string Name => "google metadata";

    protected internal override string? LooksFor => "an identity token of Google's metadata server";

    public override async ValueTask<AssertionResult> GetAssertionAsync(AssertionRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        var (server, problem) = Server(request.Environment);
        if (server is null)
        {
            return Endpoint.Unusable(TokenErrorKind.InvalidConfiguration, problem!);
        }

        if (request.HasAlternatives && await ProbeAsync(server, request, cancellationToken).ConfigureAwait(false) is { } absent)
        {
            return absent;
        }

        var address =
            new Uri(
                server,
                $"/computeMetadata/v1/instance/service-accounts/default/identity?audience={Uri.EscapeDataString(
                    request.RequireAudience())}&format=full");
        var answer = await AskAsync(address, _client.TimeLimit, request, cancellationToken).ConfigureAwait(false);
        return answer.IsSuccess && answer.Header(Flavor) != Google
            ? Endpoint.Unusable(
                TokenErrorKind.InvalidResponse,
                $"The server at {server.Authority} is not Google's metadata server: its response has no header '{Flavor}: {Google}'.")
            : Endpoint.Read(answer, field: null);
    }

    /// <summary>
    /// Checks whether this is Google Cloud, if a chain has another credential. Elsewhere the name does not resolve, or no server answers.
    /// </summary>
    private async ValueTask<AssertionResult?> ProbeAsync(Uri server, AssertionRequest request, CancellationToken cancellationToken)
    {
        var answer = await AskAsync(server, ProbeLimit, request, cancellationToken).ConfigureAwait(false);
        return answer.Header(Flavor) == Google ? null
            : answer.Error is { } none
            ? AssertionResult.Unavailable(new TokenError(none, $"Google's metadata server was not found: {none.Message}"))
            : Endpoint.Absent($"The server at {server.Authority} is not Google's metadata server.");
    }

    private ValueTask<BackchannelAnswer> AskAsync(
        Uri address, TimeSpan timeLimit, AssertionRequest request, CancellationToken cancellationToken)
    {
        var message = new HttpRequestMessage(HttpMethod.Get, address);

        // Required by the metadata server. It stops a server that can be tricked into fetching a URL: such requests lack the header.
        message.Headers.TryAddWithoutValidation(Flavor, Google);
        return Backchannel.SendAsync(
            _client.ForLocal(),
            message,
            "Google's metadata server",
            timeLimit,
            request.TimeProvider,
            cancellationToken);
    }

    /// <summary>
    /// The server's address. A variable may change it, as in Google's own libraries, but only to this machine or its link, because the
    /// request uses plain http.
    /// </summary>
    private static (Uri? Server, string? Problem) Server(WorkloadEnvironment environment)
    {
        if (environment.Variable(HostVariableName) is not { } host)
        {
            return (new Uri($"http://{KnownHost}"), null);
        }

        // The variable holds a host, or a host and a port, without a scheme.
        var (server, problem) = SecretAddress.Read($"http://{host}", AddressParts.None, NearHosts);
        return (server, problem is null ? null : $"{HostVariableName}, as http://<host>, {problem}");
    }

    private static readonly PlainHttp NearHosts = new(
        IsNear,
        $"Plain http is allowed only to {KnownHost}, this machine and its link (a loopback address, 169.254.0.0/16, fd20:ce::254).");

    private static bool IsNear(Uri server) =>
        server.IdnHost.Equals(KnownHost, StringComparison.OrdinalIgnoreCase)
        || LiteralAddress.Of(server) is { } address
            && (IPAddress.IsLoopback(address) || LiteralAddress.IsIn(address, 169, 254, 255)
                || address.Equals(IPAddress.Parse("fd20:ce::254")));
}
