namespace WorkloadIdentity;

/// <summary>
/// The audiences of tokens that are themselves credentials: whoever holds one can act as the application that trusts it.
/// Such tokens never enter a handler, a second level or anything printed.
/// </summary>
internal static class ExchangeAudience
{
    /// <summary>What federated credentials of the public cloud are addressed to.</summary>
    public const string OfPublicCloud = "api://AzureADTokenExchange";

    // The resources by name (in other clouds a suffix follows) and by the application id of the first.
    private static readonly IReadOnlyList<string> Resources =
        ["AzureADTokenExchange", "AzureFMITokenExchange", "fb60f99c-7a34-4190-8149-302f77469936"];

    // Entra takes a resource with either of these in front of it, or with none.
    private static readonly IReadOnlyList<string> Prefixes = ["spn:", "api:", "/"];

    /// <summary>Whether a scope, one of several scopes, or an audience means one of these, in any spelling.</summary>
    public static bool IsAskedBy(string scope) =>
        Array.Exists(Uri.UnescapeDataString(scope).Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries), word => IsExchange(word));

    private static bool IsExchange(ReadOnlySpan<char> word)
    {
        while (PrefixOf(word) is { } prefix)
        {
            word = word[prefix.Length..];
        }

        foreach (var resource in Resources)
        {
            if (word.StartsWith(resource, StringComparison.OrdinalIgnoreCase))
            {
                return true;
            }
        }

        return false;
    }

    private static string? PrefixOf(ReadOnlySpan<char> word)
    {
        foreach (var prefix in Prefixes)
        {
            if (word.StartsWith(prefix, StringComparison.OrdinalIgnoreCase))
            {
                return prefix;
            }
        }

        return null;
    }
}
