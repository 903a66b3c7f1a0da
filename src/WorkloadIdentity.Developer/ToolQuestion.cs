namespace WorkloadIdentity.Developer;

/// <summary>A request to a tool. It makes the errors about the request.</summary>
/// <param name="Tool">The tool.</param>
/// <param name="Scope">The scope.</param>
/// <param name="TenantId">The tenant; null for the one that the tool is set to.</param>
internal sealed record ToolQuestion(DeveloperTool Tool, string Scope, string? TenantId)
{
    /// <summary>The section of docs/errors.md about a developer's login.</summary>
    public const string HelpAnchor = "developer-login";

    public IReadOnlyList<string> Arguments => Tool.Arguments(Scope, TenantId);

    /// <summary>The command line of the request, to run it in a terminal.</summary>
    public string CommandLine => $"{Tool.Command} {string.Join(' ', Arguments)}";

    /// <summary>The command line that logs in for the scope.</summary>
    public string LoginForScope => Tool.Login(TenantId, Scope);

    public TokenError Error(TokenErrorKind kind, string message, Exception? exception = null) => new(kind, message)
    {
        Scope = Scope,
        TenantId = TenantId,
        HelpAnchor = HelpAnchor,
        Exception = exception,
    };
}
