namespace WorkloadIdentity;

/// <summary>
/// A file that a platform keeps fresh, such as Kubernetes' projected service account token. It is read at each use, because it is rotated
/// far more often than access tokens expire. White space around the assertion is removed. Safe for concurrent use.
/// </summary>
public sealed class FileAssertionSource : AssertionSource
{
    private readonly string _path;

    /// <summary>Reads assertions from <paramref name="path"/>.</summary>
    /// <param name="path">The file; on Kubernetes the value of <c>AZURE_FEDERATED_TOKEN_FILE</c>.</param>
    /// <exception cref="ArgumentException"><paramref name="path"/> is empty or holds a control character.</exception>
    public FileAssertionSource(string path) =>
        _path = Require.Text(path, "The path of the federated token file", "/var/run/secrets/azure/wi/token/azure-identity-token");

    /// <inheritdoc/>
    public override string Name => "federated token file";

    /// <inheritdoc/>
    protected internal override string? LooksFor => $"the token file '{_path}'";

    /// <inheritdoc/>
    public override ValueTask<AssertionResult> GetAssertionAsync(AssertionRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        var content = request.Environment.ReadFile(_path);
        var (assertion, problem) = content.AsLine();
        if (problem is null && !Require.IsHeaderToken(assertion))
        {
            problem = $"'{_path}' holds characters no JWT has";
        }

        return ValueTask.FromResult(problem is null
            ? AssertionResult.Issued(assertion!)
            : AssertionResult.Failed(new TokenError(
                TokenErrorKind.InvalidConfiguration,
                $"The federated token file {problem}. It must hold one JWT; check that the platform mounts and refreshes it, and that this process may read it.")
            {
                // An empty file may be caught in the middle of being written: worth another look, unlike one that is not there.
                IsTransient = content.Bytes is { Length: 0 },
                Exception = content.Exception,
                HelpAnchor = HelpAnchors.FederatedTokenFile,
            }));
    }
}
