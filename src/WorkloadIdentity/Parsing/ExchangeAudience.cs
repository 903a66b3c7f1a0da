namespace WorkloadIdentity;

/// <summary>
/// The audiences of tokens that are themselves credentials: whoever holds one can act as the application that trusts it.
/// Such tokens never enter a handler, a second level or anything printed.
/// </summary>
internal static class ExchangeAudience
{
    /// <summary>What federated credentials of the public cloud are addressed to.</summary>
    public const string OfPublicCloud = "api://AzureADTokenExchange";

    private static readonly string[] Prefixes = [OfPublicCloud, "api://AzureFMITokenExchange"];

    public static bool IsAskedBy(string scope) => Array.Exists(Prefixes, prefix => scope.StartsWith(prefix, StringComparison.OrdinalIgnoreCase));
}
