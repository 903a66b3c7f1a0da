namespace WorkloadIdentity.Testing;

/// <summary>One thing that is wrong with an <see cref="EmulatorFile"/>.</summary>
public sealed class EmulatorFileProblem
{
    internal EmulatorFileProblem(string path, string message)
    {
        Path = path;
        Message = message;
    }

    /// <summary>Where it is, such as <c>applications[0].secrets[1].expiresOn</c>; empty for the file as a whole.</summary>
    public string Path { get; }

    /// <summary>What is wrong, and what to do about it. Values of the file are quoted only where they cannot be secrets.</summary>
    public string Message { get; }

    /// <summary>Path and message on one line.</summary>
    public override string ToString() => Path.Length == 0 ? Message : $"{Path}: {Message}";
}
