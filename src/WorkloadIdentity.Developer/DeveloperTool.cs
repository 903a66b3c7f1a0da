namespace WorkloadIdentity.Developer;

/// <summary>
/// A command line tool that a person can be logged in to: its name, its arguments and its answers. Each tool has its own file.
/// </summary>
internal abstract class DeveloperTool
{
    /// <summary>The application both tools act through: <c>az</c>'s own, which <c>azd</c> uses too.</summary>
    public const string ClientId = "04b07795-8ddb-461a-bbee-02f9e1bf7b46";

    /// <summary>The credential's name.</summary>
    public abstract string Name { get; }

    /// <summary>Its name in messages.</summary>
    public abstract string Title { get; }

    /// <summary>Its name within a sentence.</summary>
    public string TitleWithin => string.Concat(Title[..1].ToLowerInvariant(), Title.AsSpan(1));

    /// <summary>The command that people type.</summary>
    public abstract string Command { get; }

    /// <summary>The names that its file may have on Windows. On other systems the file has the command's name.</summary>
    protected abstract string[] WindowsFileNames { get; }

    public IReadOnlyList<string> FileNames => OperatingSystem.IsWindows() ? WindowsFileNames : [Command];

    /// <summary>Its phrases for "nobody is logged in".</summary>
    public abstract IReadOnlyList<string> NotLoggedIn { get; }

    /// <summary>Its phrases for "the person must log in again".</summary>
    public abstract IReadOnlyList<string> LoginNeeded { get; }

    public abstract IReadOnlyList<string> Arguments(string scope, string? tenantId);

    /// <summary>The command line that logs in.</summary>
    public abstract string Login(string? tenantId, string? scope = null);

    /// <summary>The member of its answer that holds the token.</summary>
    public abstract string TokenMember { get; }

    /// <summary>The token in its answer; null if there is none.</summary>
    public abstract string? Token(ToolJson answer);

    /// <summary>When the token expires; null if that cannot be read.</summary>
    public abstract DateTimeOffset? ExpiresOn(ToolJson answer, TimeProvider timeProvider);

    /// <summary>The text that says what went wrong.</summary>
    public virtual string ErrorText(ToolAnswer answer) => answer.ErrorOutput;
}
