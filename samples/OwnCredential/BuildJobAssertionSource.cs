using WorkloadIdentity;

namespace OwnCredential;

/// <summary>
/// The token that a build server writes for each job. Entra takes it as a federated assertion: an application needs no secret then. The
/// source reads the file for every token request, because the build server replaces it.
/// </summary>
public sealed class BuildJobAssertionSource : AssertionSource
{
    public const string FileVariable = "BUILD_JOB_TOKEN_FILE";

    public override string Name => "build job";

    protected override string LooksFor => $"the file that {FileVariable} names";

    public override ValueTask<AssertionResult> GetAssertionAsync(AssertionRequest request, CancellationToken cancellationToken) =>
        ValueTask.FromResult(Read(request));

    private static AssertionResult Read(AssertionRequest request)
    {
        // The environment of the request: the application, or a test, decides what it is.
        if (request.Environment.Variable(FileVariable) is not { } path)
        {
            return AssertionResult.Unavailable(new TokenError(
                TokenErrorKind.NotConfigured, $"{FileVariable} is not set, so this is no job of the build server."));
        }

        if (!request.Environment.TryReadLine(path, out var jwt, out var problem))
        {
            return AssertionResult.Failed(new TokenError(
                TokenErrorKind.InvalidConfiguration, $"The token of the build job cannot be read: {problem}."));
        }

        try
        {
            return AssertionResult.Issued(jwt);
        }
        catch (ArgumentException exception)
        {
            return AssertionResult.Failed(new TokenError(
                TokenErrorKind.InvalidConfiguration, $"The file of the build job holds no token. {exception.Message}"));
        }
    }
}
