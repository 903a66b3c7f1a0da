namespace WorkloadIdentity.Tool;

/// <summary>
/// The file of <c>--env-file</c> with the variables of the endpoint. Whoever reads it is the identity, so it is there no longer than the
/// endpoint.
/// </summary>
internal sealed class EndpointFile : IDisposable
{
    private readonly string _path;
    private readonly byte[] _content;

    private EndpointFile(string path, byte[] content) => (_path, _content) = (path, content);

    /// <exception cref="ToolException">Something is at the path, even a link, or this user may not write there.</exception>
    public static EndpointFile Create(string path, IReadOnlyList<(string Name, string Value)> variables)
    {
        var full = Path.GetFullPath(path);
        try
        {
            VariablesFile.Create(full, variables);
            return new EndpointFile(full, VariablesFile.Bytes(variables));
        }
        catch (IOException) when (Path.Exists(full) || new FileInfo(full).LinkTarget is not null)
        {
            throw new ToolException(
                "The file of --env-file is there already. It is never overwritten.",
                "Remove it if no 'wid identity' that wrote it is running, or name another file.",
                "wid#wid-identity");
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new ToolException(
                "The file of --env-file could not be written.", $"Name a path in a folder this user may write to. {exception.Message}");
        }
    }

    /// <summary>Deletes the file, unless somebody has put another one in its place.</summary>
    public void Dispose()
    {
        try
        {
#pragma warning disable RS0030 // Not a file of the environment: it was written here.
            if (new FileInfo(_path) is { Exists: true, LinkTarget: null } file && file.Length == _content.Length
                && File.ReadAllBytes(_path).AsSpan().SequenceEqual(_content))
#pragma warning restore RS0030
            {
                File.Delete(_path);
            }
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // The endpoint ends now, so the secret in the file opens nothing.
        }
    }
}
