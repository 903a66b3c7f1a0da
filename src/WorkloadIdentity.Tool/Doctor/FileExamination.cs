namespace WorkloadIdentity.Tool;

/// <summary>Checks the files that variables name: existence, permissions, age and content.</summary>
internal static class FileExamination
{
    private const UnixFileMode Strangers = UnixFileMode.OtherRead | UnixFileMode.OtherWrite;

    public static IReadOnlyList<FileFinding> Run(Surroundings surroundings, WorkloadEnvironment environment, Redaction redaction) =>
    [
        .. from variable in KnownVariables.All
           where variable.IsFile
           let path = environment.Variable(variable.Name)
           where path is not null && !CertificatePath.IsStored(path)
           select Look(variable, path, surroundings, environment, redaction),
    ];

    private static FileFinding Look(
        KnownVariable variable, string path, Surroundings surroundings, WorkloadEnvironment environment, Redaction redaction)
    {
        var facts = surroundings.Look(path);
        var now = surroundings.TimeProvider.GetUtcNow();
        return new FileFinding(
            variable.Name,
            redaction.Text(path),
            facts.Exists,
            facts.Size,
            facts.Mode is { } mode ? Words(mode) : null,
            facts.WrittenOn is { } written ? (long)(now - written).TotalSeconds : null,
            redaction.TextOrNull(Problem(variable, facts, environment.ReadFile(path), now)));
    }

    private static string? Problem(KnownVariable variable, FileFacts facts, FileContent content, DateTimeOffset now)
    {
        if (content.Bytes is null)
        {
            return $"The file {content.Problem}. Check that the platform mounts it at this path and that this process may read it.";
        }

        if (content.Bytes.Length == 0)
        {
            return "The file is empty.";
        }

        if (variable.IsPrivate && facts.Mode is { } mode && (mode & Strangers) != 0)
        {
            return "Every user of this machine may read or change this file, which holds a private key: chmod 600.";
        }

        return variable.IsAssertion ? AssertionProblem(content, now) : null;
    }

    private static string? AssertionProblem(FileContent content, DateTimeOffset now)
    {
        var (line, problem) = content.AsLine();
        return problem is not null ? $"The file {problem}. It must hold one JWT."
            : UnverifiedJwt.TryRead(line) is not { } assertion ? "The file holds no JWT that can be read."
            : assertion.ExpiresOn is { } end && end <= now
            ? $"Its assertion expired {Words(
                now - end)} ago: nobody refreshes the file. On Kubernetes the kubelet does, while the pod runs; a copy of the file is not "
                    + "refreshed."
            : null;
    }

    /// <summary>The permissions in the format of <c>ls -l</c>.</summary>
    private static string Words(UnixFileMode mode) => string.Concat(
        Enumerable.Range(0, 9).Select(bit => ((int)mode & (0x100 >> bit)) == 0 ? '-' : "rwx"[bit % 3]));

    /// <summary>A time span in words.</summary>
    public static string Words(TimeSpan span) => span.Duration() switch
    {
        { TotalDays: >= 2 } days => $"{days.TotalDays:0} days",
        { TotalHours: >= 2 } hours => $"{hours.TotalHours:0} hours",
        { TotalMinutes: >= 2 } minutes => $"{minutes.TotalMinutes:0} minutes",
        var seconds => $"{seconds.TotalSeconds:0} s",
    };
}
