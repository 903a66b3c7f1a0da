using Npgsql;
using PostgresSample;
using WorkloadIdentity;
using WorkloadIdentity.Npgsql;

namespace EveryCloudSample;

/// <summary>PostgreSQL. Azure's server checks the token; this machine's own is told which token is the current one.</summary>
internal sealed class PostgresPlace : Place
{
    private const string Role = "orders-api";

    public override string Name => "PostgreSQL";

    public override string? Missing => LocalPostgres.Programs is null ? LocalPostgres.HowToInstall : null;

    public override async Task<(string Read, string Who)> ReadAsync(ITokenAcquirer acquirer)
    {
        await using var postgres = await LocalPostgres.StartAsync();
        var token = await acquirer.GetTokenAsync(new TokenRequest(NpgsqlTokenOptions.AzureDatabaseScope));
        await postgres.SetPasswordAsync(Role, token.Value);

        await using var dataSource =
            new NpgsqlDataSourceBuilder(postgres.ConnectionString(Role)).UseWorkloadIdentity(acquirer).Build();
        await using var command = dataSource.CreateCommand("select 'an order in a table', current_user::text");
        await using var row = await command.ExecuteReaderAsync();
        return await row.ReadAsync() ? (row.GetString(0), $"the role {row.GetString(1)}") : ("", "nobody");
    }
}
