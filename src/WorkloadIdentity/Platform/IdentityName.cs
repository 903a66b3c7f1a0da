namespace WorkloadIdentity;

/// <summary>What messages call an identity.</summary>
internal static class IdentityName
{
    /// <param name="name">The name it was registered under; empty for the default identity, null for an acquirer made in code.</param>
    public static string Describe(string? name) => name switch
    {
        null => "The identity of this token acquirer",
        "" => "The default identity",
        _ => $"The identity '{name}'",
    };
}
