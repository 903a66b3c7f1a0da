using System.Text.Json;

namespace WorkloadIdentity.Developer;

/// <summary>
/// A command line tool somebody can be logged in to: what it is called, how it is asked, and how it answers. One file each.
/// </summary>
internal abstract class DeveloperTool
{
    /// <summary>The application both tools act through: <c>az</c>'s own, which <c>azd</c> uses too.</summary>
    public const string ClientId = "04b07795-8ddb-461a-bbee-02f9e1bf7b46";

    /// <summary>The credential's name.</summary>
    public abstract string Name { get; }

    /// <summary>What people call it.</summary>
    public abstract string Title { get; }

    /// <summary>What people type.</summary>
    public abstract string Command { get; }

    /// <summary>What the file may be called on Windows; elsewhere it is the command.</summary>
    protected abstract string[] WindowsFileNames { get; }

    public IReadOnlyList<string> FileNames => OperatingSystem.IsWindows() ? WindowsFileNames : [Command];

    /// <summary>The words it uses for "nobody is logged in".</summary>
    public abstract IReadOnlyList<string> NotLoggedIn { get; }

    /// <summary>The words it uses for "there is a login, and Entra wants its person to log in again".</summary>
    public abstract IReadOnlyList<string> LoginNeeded { get; }

    public abstract IReadOnlyList<string> Arguments(string scope, string? tenantId);

    /// <summary>The line that logs in.</summary>
    public abstract string Login(string? tenantId, string? scope = null);

    /// <summary>The member of its answer that holds the token.</summary>
    public abstract string TokenMember { get; }

    /// <summary>When the token ends, from the tool's JSON; null when that cannot be read.</summary>
    public abstract DateTimeOffset? ExpiresOn(JsonElement answer, TimeProvider timeProvider);

    /// <summary>The text in which it says what went wrong.</summary>
    public virtual string ErrorText(ToolAnswer answer) => answer.ErrorOutput;
}
