using System.Reflection;
using Microsoft.Extensions.DependencyInjection;

namespace WorkloadIdentity.Tests;

/// <summary>
/// The assemblies that the checkout ships: one for each folder of src but WorkloadIdentity.Aspire.Hosting, which is tested where Aspire is
/// (tests/Aspire.Tests).
/// </summary>
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
        typeof(EntityFrameworkCore.DbContextOptionsBuilderExtensions).Assembly,
        typeof(WorkloadIdentity.Grpc.AccessTokenInterceptor).Assembly,
        typeof(SignalR.HttpConnectionOptionsExtensions).Assembly,
        typeof(SqlClient.SqlConnectionExtensions).Assembly,
        typeof(WorkloadIdentityYarpExtensions).Assembly,
    ];

    /// <summary>Whether the protocol compiler made the type from a .proto file. Such types have a namespace of their own.</summary>
    public static bool IsGenerated(Type type) => type.Namespace?.EndsWith(".Protocol", StringComparison.Ordinal) == true;
}
