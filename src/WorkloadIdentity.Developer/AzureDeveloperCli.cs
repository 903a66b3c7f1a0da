using System.Globalization;
using System.Text;
using System.Text.Json;

namespace WorkloadIdentity.Developer;

/// <summary><c>azd auth token</c> (<see href="https://learn.microsoft.com/azure/developer/azure-developer-cli/reference#azd-auth-token"/>).</summary>
internal sealed class AzureDeveloperCli : DeveloperTool
{
    public override string Name => "azure developer cli";

    public override string Title => "The Azure Developer CLI";

    public override string Command => "azd";

    protected override string[] WindowsFileNames => ["azd.exe", "azd.cmd"];

    public override IReadOnlyList<string> NotLoggedIn => ["azd auth login"];

    public override string TokenMember => "token";

    public override IReadOnlyList<string> Arguments(string scope, string? tenantId) => tenantId is null
        ? ["auth", "token", "--output", "json", "--no-prompt", "--scope", scope]
        : ["auth", "token", "--output", "json", "--no-prompt", "--scope", scope, "--tenant-id", tenantId];

    public override string Login(string? tenantId, string? scope = null) =>
        "azd auth login" + (tenantId is null ? "" : $" --tenant-id {tenantId}") + (scope is null ? "" : $" --scope {scope}");

    public override DateTimeOffset? ExpiresOn(JsonElement answer, TimeProvider timeProvider) =>
        DateTimeOffset.TryParse(answer.Text("expiresOn"), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var expiresOn)
            ? expiresOn
            : null;

    /// <summary>
    /// With JSON asked for, its messages are lines of JSON on either stream: <c>{"type":"consoleMessage","data":{"message":"ERROR: …"}}</c>. Only those are taken from
    /// the stream that otherwise holds the token.
    /// </summary>
    public override string ErrorText(ToolAnswer answer)
    {
        var text = new StringBuilder();
        foreach (var line in $"{answer.ErrorOutput}\n{answer.Output}".Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            if (Message(line) is { } message)
            {
                text.Append(message).Append(' ');
            }
        }

        return text.Length > 0 ? text.ToString() : answer.ErrorOutput;
    }

    private static string? Message(string line)
    {
        using var json = ForeignJson.Parse(Encoding.UTF8.GetBytes(line));
        return json?.RootElement.Member("data")?.Text("message");
    }
}
