namespace WorkloadIdentity.Testing;

/// <summary>An <see cref="EmulatorFile"/> that cannot be used. It lists everything that is wrong at once.</summary>
public sealed class EmulatorFileException : Exception
{
    internal EmulatorFileException(string what, IReadOnlyList<EmulatorFileProblem> problems)
        : base($"{what} cannot be used:{string.Concat(problems.Select(problem => $"{Environment.NewLine}  {problem}"))}") =>
            Problems = problems;

    /// <summary>What is wrong, in the order of the file.</summary>
    public IReadOnlyList<EmulatorFileProblem> Problems { get; }
}
