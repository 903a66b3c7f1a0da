using System.Globalization;
using System.Text.Json;

namespace WorkloadIdentity.Developer;

/// <summary>
/// Reads a tool's answer: a JSON object with a token and its end. Nothing of it enters a message, because it may hold a token in an unknown
/// place.
/// </summary>
internal static class ToolToken
{
    public static (AccessToken? Token, string? Problem) Read(DeveloperTool tool, string output, TimeProvider timeProvider)
    {
        if (string.IsNullOrWhiteSpace(output))
        {
            return (null, "nothing");
        }

        var problem = "something that is not a JSON object";
        foreach (var answer in ToolText.Objects(output))
        {
            if (answer.Text(tool.TokenMember) is { Length: > 0 } token)
            {
                return Read(tool, answer, token, timeProvider);
            }

            problem = $"JSON that has no '{tool.TokenMember}'";
        }

        return (null, problem);
    }

    private static (AccessToken? Token, string? Problem) Read(
        DeveloperTool tool, JsonElement answer, string token, TimeProvider timeProvider)
    {
        if (tool.ExpiresOn(answer, timeProvider) is not { } expiresOn)
        {
            return (null, "a token that does not say, or not readably, when it ends");
        }

        try
        {
            return expiresOn <= timeProvider.GetUtcNow()
                ? (null, "a token that has ended already; check this machine's clock, or log in again")
                : (new AccessToken(token, expiresOn), null);
        }
        catch (ArgumentException)
        {
            return (null, $"a '{tool.TokenMember}' with characters no token has");
        }
    }

    public static DateTimeOffset? FromUnixTime(JsonElement seconds)
    {
        var value = seconds.ValueKind == JsonValueKind.Number && seconds.TryGetInt64(out var number) ? number
            : seconds.ValueKind == JsonValueKind.String
                && long.TryParse(seconds.GetString(), NumberStyles.None, CultureInfo.InvariantCulture, out var text) ? text
            : -1;
        return value > 0 && value <= DateTimeOffset.MaxValue.ToUnixTimeSeconds() ? DateTimeOffset.FromUnixTimeSeconds(value) : null;
    }
}
