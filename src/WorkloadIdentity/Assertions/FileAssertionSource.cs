namespace WorkloadIdentity;

/// <summary>The assertion in a file that the platform keeps fresh.</summary>
internal sealed class FileAssertionSource : AssertionSource
{
    private const int Looks = 4;

    // If a replacement is not atomic, it takes milliseconds. For a file that does not exist the source waits less than a second.
    private static readonly TimeSpan BetweenLooks = TimeSpan.FromMilliseconds(200);

    private readonly string _path;

    public FileAssertionSource(string path) =>
        _path = Guard.Path(path, "The path of the federated token file", "/var/run/secrets/azure/wi/token/azure-identity-token");

    public override string Name => "federated token file";

    protected internal override string? LooksFor => $"the token file '{_path}'";

    public override async ValueTask<AssertionResult> GetAssertionAsync(AssertionRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        var content = request.Environment.ReadFile(_path);
        var (assertion, problem) = content.AsLine();
        for (var look = 1; look < Looks && assertion is null && IsBeingReplaced(content); look++)
        {
            await Task.Delay(BetweenLooks, request.TimeProvider, cancellationToken).ConfigureAwait(false);
            content = request.Environment.ReadFile(_path);
            (assertion, problem) = content.AsLine();
        }

        if (problem is null && JwtForm.Wrapping(assertion) is { } stray)
        {
            problem = $"'{_path}' {stray}";
        }

        return problem is null
            ? AssertionResult.Issued(assertion!)
            : AssertionResult.Failed(new TokenError(
                TokenErrorKind.InvalidConfiguration,
                $"The federated token file {problem}. It must contain one JWT and nothing else. Check that the platform mounts and "
                + "refreshes it, and that this process may read it.")
            {
                Exception = content.Exception,
                HelpAnchor = HelpAnchors.FederatedTokenFile,
            });
    }

    /// <summary>Missing, empty or locked: states that pass while a file is replaced. A denied access does not pass.</summary>
    private static bool IsBeingReplaced(FileContent content) =>
        content.IsMissing || content.Bytes is { } bytes && bytes.AsSpan().Trim(" \t\r\n"u8).IsEmpty || content.Exception is IOException;
}
