namespace WorkloadIdentity.Developer;

/// <summary>What a tool is asked for. It makes the errors that answer the question.</summary>
/// <param name="Tool">Who is asked.</param>
/// <param name="Scope">The scope.</param>
/// <param name="TenantId">The tenant; null for the one the tool is set to.</param>
internal sealed record ToolQuestion(DeveloperTool Tool, string Scope, string? TenantId)
{
    /// <summary>Where docs/errors.md explains the login of a developer.</summary>
    public const string HelpAnchor = "developer-login";

    public IReadOnlyList<string> Arguments => Tool.Arguments(Scope, TenantId);

    /// <summary>What to type in a terminal to ask the same.</summary>
    public string CommandLine => $"{Tool.Command} {string.Join(' ', Arguments)}";

    /// <summary>The line that logs in for the scope.</summary>
    public string LoginForScope => Tool.Login(TenantId, Scope);

    public TokenError Error(TokenErrorKind kind, string message, Exception? exception = null) => new(kind, message)
    {
        Scope = Scope,
        TenantId = TenantId,
        HelpAnchor = HelpAnchor,
        Exception = exception,
    };
}
