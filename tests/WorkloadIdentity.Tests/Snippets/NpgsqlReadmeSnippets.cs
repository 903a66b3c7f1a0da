using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using WorkloadIdentity.Npgsql;

namespace WorkloadIdentity.Tests;

/// <summary>The code of src/WorkloadIdentity.Npgsql/README.md, compiled.</summary>
internal static class NpgsqlReadmeSnippets
{
    public static async Task Log_in(ITokenAcquirer acquirer)
    {
        var dataSourceBuilder =
            new NpgsqlDataSourceBuilder("Host=orders.postgres.database.azure.com;Database=orders;Username=orders-api;SSL Mode=VerifyFull");
        dataSourceBuilder.UseWorkloadIdentity(acquirer);
        await using var dataSource = dataSourceBuilder.Build();
    }

    public static void Register(IServiceCollection services, string connectionString)
    {
        services.AddSingleton(provider =>
            new NpgsqlDataSourceBuilder(connectionString).UseWorkloadIdentity(provider.GetRequiredService<ITokenAcquirer>()).Build());
    }
}
