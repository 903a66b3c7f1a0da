using System.Globalization;
using System.Text.Json;

namespace WorkloadIdentity.Developer;

/// <summary>
/// <c>az account get-access-token</c> (<see href="https://learn.microsoft.com/cli/azure/account#az-account-get-access-token"/>).
/// </summary>
internal sealed class AzureCli : DeveloperTool
{
    private const string LocalTime = "yyyy-MM-dd HH:mm:ss.FFFFFF";

    public override string Name => "azure cli";

    public override string Title => "The Azure CLI";

    public override string Command => "az";

    // The installer makes the first one, package managers of Python the second.
    protected override string[] WindowsFileNames => ["az.cmd", "az.exe"];

    public override IReadOnlyList<string> NotLoggedIn => ["run 'az login' to set", "does not exist in MSAL token cache"];

    public override IReadOnlyList<string> LoginNeeded => ["Interactive authentication is needed", "to authenticate interactively"];

    public override string TokenMember => "accessToken";

    public override string? Token(ToolJson answer) => answer.AccessToken;

    public override IReadOnlyList<string> Arguments(string scope, string? tenantId) => tenantId is null
        ? ["account", "get-access-token", "--output", "json", "--scope", scope]
        : ["account", "get-access-token", "--output", "json", "--scope", scope, "--tenant", tenantId];

    public override string Login(string? tenantId, string? scope = null) =>
        "az login" + (tenantId is null ? "" : $" --tenant {tenantId}") + (scope is null ? "" : $" --scope {scope}");

    /// <summary>
    /// <c>expires_on</c> counts seconds. It exists since version 2.54. <c>expiresOn</c> is local time without an offset, so one hour a
    /// year is ambiguous.
    /// </summary>
    public override DateTimeOffset? ExpiresOn(ToolJson answer, TimeProvider timeProvider)
    {
        if (answer.ExpiresAt.ValueKind is not (JsonValueKind.Undefined or JsonValueKind.Null))
        {
            return ToolToken.FromUnixTime(answer.ExpiresAt);
        }

        if (!DateTime.TryParseExact(
            ToolToken.Text(answer.ExpiresOn), LocalTime, CultureInfo.InvariantCulture, DateTimeStyles.None, out var local))
        {
            return null;
        }

        // An ambiguous time is read as the earlier one: a token that is dropped an hour early costs one start of the tool. A time that does
        // not exist is read as one hour later.
        var zone = timeProvider.LocalTimeZone;
        var offset = zone.IsAmbiguousTime(local) ? zone.GetAmbiguousTimeOffsets(local).Max() : zone.GetUtcOffset(local);
        return new DateTimeOffset(local, offset);
    }
}
