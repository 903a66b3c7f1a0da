using Microsoft.Data.SqlClient;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using WorkloadIdentity;
using WorkloadIdentity.EntityFrameworkCore;
using WorkloadIdentity.SqlClient;

namespace ConsumerRecipes;

internal sealed class OrdersContext(DbContextOptions<OrdersContext> options) : DbContext(options);

internal static class Sql
{
    public static async Task OpenAsync(ITokenAcquirer acquirer, string connectionString, CancellationToken cancellationToken)
    {
        await using var connection = new SqlConnection(connectionString).UseWorkloadIdentity(acquirer);
        await connection.OpenAsync(cancellationToken);
    }

    public static void Register(IServiceCollection services, string connectionString)
    {
        services.AddDbContextPool<OrdersContext>((provider, options) => options
            .UseSqlServer(connectionString)
            .UseWorkloadIdentity(provider.GetRequiredService<ITokenAcquirer>()));
    }
}
