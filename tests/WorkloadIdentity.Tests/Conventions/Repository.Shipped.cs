using System.Reflection;

namespace WorkloadIdentity.Tests;

/// <summary>The assemblies that the checkout ships.</summary>
internal static partial class Repository
{
    public static IReadOnlyList<Assembly> Shipped { get; } =
    [
        typeof(TokenRequest).Assembly,
        typeof(WorkloadIdentity.Azure.AzureCredential).Assembly,
        typeof(Testing.EntraEmulator).Assembly,
        typeof(Developer.DeveloperCredential).Assembly,
        typeof(Npgsql.NpgsqlTokenOptions).Assembly,
        typeof(Tool.Wid).Assembly,
        typeof(DistributedCache.DistributedTokenStore).Assembly,
        typeof(KeyVault.Vault).Assembly,
        typeof(Google.GoogleAssertionSources).Assembly,
        typeof(Spiffe.SpiffeAssertionSources).Assembly,
        typeof(Aws.AwsRoleOptions).Assembly,
        typeof(Governance.TenantInventory).Assembly,
        typeof(StackExchangeRedis.RedisTokenOptions).Assembly,
    ];

    /// <summary>Whether the protocol compiler made the type from a .proto file. Such types have a namespace of their own.</summary>
    public static bool IsGenerated(Type type) => type.Namespace?.EndsWith(".Protocol", StringComparison.Ordinal) == true;
}
