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

    // The installer's; the other is what package managers of Python make.
    protected override string[] WindowsFileNames => ["az.cmd", "az.exe"];

    public override IReadOnlyList<string> NotLoggedIn => ["run 'az login' to set", "does not exist in MSAL token cache"];

    public override IReadOnlyList<string> LoginNeeded => ["Interactive authentication is needed", "to authenticate interactively"];

    public override string TokenMember => "accessToken";

    public override IReadOnlyList<string> Arguments(string scope, string? tenantId) => tenantId is null
        ? ["account", "get-access-token", "--output", "json", "--scope", scope]
        : ["account", "get-access-token", "--output", "json", "--scope", scope, "--tenant", tenantId];

    public override string Login(string? tenantId, string? scope = null) =>
        "az login" + (tenantId is null ? "" : $" --tenant {tenantId}") + (scope is null ? "" : $" --scope {scope}");

    /// <summary>
    /// <c>expires_on</c> counts seconds and came with version 2.54; <c>expiresOn</c> is local time without saying so, an hour of which
    /// exists twice a year.
    /// </summary>
    public override DateTimeOffset? ExpiresOn(JsonElement answer, TimeProvider timeProvider)
    {
        if (answer.Member("expires_on") is { } seconds)
        {
            return ToolToken.FromUnixTime(seconds);
        }

        if (!DateTime.TryParseExact(answer.Text("expiresOn"), LocalTime, CultureInfo.InvariantCulture, DateTimeStyles.None, out var local))
        {
            return null;
        }

        // Of two meanings the earlier one: a token dropped an hour early costs one start of the tool. An hour that does not exist is read
        // as the one after it.
        var zone = timeProvider.LocalTimeZone;
        var offset = zone.IsAmbiguousTime(local) ? zone.GetAmbiguousTimeOffsets(local).Max() : zone.GetUtcOffset(local);
        return new DateTimeOffset(local, offset);
    }
}
