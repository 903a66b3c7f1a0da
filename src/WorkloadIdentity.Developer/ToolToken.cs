using System.Globalization;
using System.Text.Json;

namespace WorkloadIdentity.Developer;

/// <summary>
/// Reads a tool's answer: a JSON object with a token and its expiry. No part of the answer enters a message, because any part may be a
/// token.
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
            if (tool.Token(answer) is { Length: > 0 } token)
            {
                return Read(tool, answer, token, timeProvider);
            }

            problem = $"JSON that has no '{tool.TokenMember}'";
        }

        return (null, problem);
    }

    private static (AccessToken? Token, string? Problem) Read(
        DeveloperTool tool, ToolJson answer, string token, TimeProvider timeProvider)
    {
        if (tool.ExpiresOn(answer, timeProvider) is not { } expiresOn)
        {
            return (null, "a token without a readable expiry");
        }

        try
        {
            return expiresOn <= timeProvider.GetUtcNow()
                ? (null, "a token that has already expired; check this machine's clock, or log in again")
                : (new AccessToken(token, expiresOn), null);
        }
        catch (ArgumentException)
        {
            return (null, $"a '{tool.TokenMember}' with characters that no token has");
        }
    }

    /// <summary>The text of a JSON value; null if it is of another type.</summary>
    public static string? Text(JsonElement value) => value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    public static DateTimeOffset? FromUnixTime(JsonElement seconds)
    {
        var value = seconds.ValueKind == JsonValueKind.Number && seconds.TryGetInt64(out var number) ? number
            : long.TryParse(Text(seconds), NumberStyles.None, CultureInfo.InvariantCulture, out var text) ? text
            : -1;
        return value > 0 && value <= DateTimeOffset.MaxValue.ToUnixTimeSeconds() ? DateTimeOffset.FromUnixTimeSeconds(value) : null;
    }
}
