using System.Globalization;

namespace WorkloadIdentity.Developer;

/// <summary>
/// <c>azd auth token</c> (<see href="https://learn.microsoft.com/azure/developer/azure-developer-cli/reference#azd-auth-token"/>).
/// </summary>
internal sealed class AzureDeveloperCli : DeveloperTool
{
    public override string Name => "azure developer cli";

    public override string Title => "The Azure Developer CLI";

    public override string Command => "azd";

    protected override string[] WindowsFileNames => ["azd.exe", "azd.cmd"];

    public override IReadOnlyList<string> NotLoggedIn => ["not logged in"];

    public override IReadOnlyList<string> LoginNeeded => ["reauthentication required", "login expired"];

    public override string TokenMember => "token";

    public override string? Token(ToolJson answer) => answer.Token;

    public override IReadOnlyList<string> Arguments(string scope, string? tenantId) => tenantId is null
        ? ["auth", "token", "--output", "json", "--no-prompt", "--scope", scope]
        : ["auth", "token", "--output", "json", "--no-prompt", "--scope", scope, "--tenant-id", tenantId];

    public override string Login(string? tenantId, string? scope = null) =>
        "azd auth login" + (tenantId is null ? "" : $" --tenant-id {tenantId}") + (scope is null ? "" : $" --scope {scope}");

    public override DateTimeOffset? ExpiresOn(ToolJson answer, TimeProvider timeProvider) =>
        DateTimeOffset.TryParse(
            ToolToken.Text(answer.ExpiresOn), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var expiresOn)
            ? expiresOn
            : null;

    /// <summary>
    /// With <c>--output json</c>, its messages are JSON objects on either stream. Nothing else is read from the stream that otherwise holds
    /// the token. Before 1.23.7: <c>{"type":"consoleMessage","data":{"message":"ERROR: …"}}</c>. Since then:
    /// <c>{"error":"…","message":"…","suggestion":"…"}</c>, up to 1.23.15 after a console message that is blank.
    /// </summary>
    public override string ErrorText(ToolAnswer answer)
    {
        var isJson = false;
        var (errors, messages) = (new List<string>(), new List<string>());
        foreach (var json in ToolText.Objects($"{answer.ErrorOutput}\n{answer.Output}"))
        {
            isJson = true;
            Add(errors, json.Error);
            Add(messages, json.Data?.Message ?? json.Message);
        }

        return errors.Count > 0 ? string.Join(' ', errors) : isJson ? string.Join(' ', messages) : answer.ErrorOutput;
    }

    private static void Add(List<string> texts, string? text)
    {
        if (!string.IsNullOrWhiteSpace(text))
        {
            texts.Add(text);
        }
    }
}
