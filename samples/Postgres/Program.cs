using Npgsql;
using PostgresSample;
using WorkloadIdentity;
using WorkloadIdentity.Npgsql;
using WorkloadIdentity.Testing;

// A PostgreSQL that lets a workload in with Entra tokens, on a machine with no cloud account: the local Entra issues them, this machine's
// own PostgreSQL checks them. Azure's server validates the token's signature. The one here cannot, so it is told which token is the current
// one, as the password of the role.
const string Role = "orders-api";

if (LocalPostgres.Programs is null)
{
    Console.Error.WriteLine(LocalPostgres.HowToInstall);
    return 1;
}

await using var entra = await EntraEmulator.StartAsync();
await using var postgres = await LocalPostgres.StartAsync();
Console.WriteLine($"A local Entra listens on {entra.AuthorityHost}, PostgreSQL on 127.0.0.1:{postgres.Port}.");

// The application: a credential, one acquirer, one data source.
var application = entra.Application;
using var acquirer = new TokenAcquirer(new ApplicationCredential(
    application.TenantId,
    application.ClientId,
    ClientSecretAuthentication.FromValue(application.AddSecret()),
    new ApplicationCredentialOptions { AuthorityHost = entra.AuthorityHost }));
var dataSourceBuilder = new NpgsqlDataSourceBuilder(postgres.ConnectionString(Role));
dataSourceBuilder.UseWorkloadIdentity(acquirer);
await using var dataSource = dataSourceBuilder.Build();

// The first token lets the first connection in.
var request = new TokenRequest(NpgsqlTokenOptions.AzureDatabaseScope);
var first = await acquirer.GetTokenAsync(request);
await postgres.SetPasswordAsync(Role, first.Value);
await using var early = await dataSource.OpenConnectionAsync();
Console.WriteLine($"Connected as {await CurrentUserAsync(early)} with a {first}.");

// The token is rotated while that connection is open: it stays, and new ones log in with the new token.
var second = await acquirer.RenewTokenAsync(request, first);
await postgres.SetPasswordAsync(Role, second.Value);
await using var late = await dataSource.OpenConnectionAsync();
Console.WriteLine(
    $"The token was rotated. The open connection is still {await CurrentUserAsync(early)}; a new one is {await CurrentUserAsync(late)}.");

// Entra is down: while the token lives, connections open as before.
entra.Faults.Outage = true;
await using var third = await dataSource.OpenConnectionAsync();
Console.WriteLine($"Entra is down, and a third connection is {await CurrentUserAsync(third)} all the same.");

// A token that is not the current one lets nobody in.
await postgres.SetPasswordAsync(Role, first.Value);
try
{
    await using var refused = await dataSource.OpenConnectionAsync();
    return 1;
}
catch (PostgresException exception)
{
    Console.WriteLine($"A token the server does not accept: {exception.MessageText}.");
}

Console.WriteLine($"Entra was asked {entra.Journal.TokenRequests.Count} times for 4 logins.");
return entra.Journal.TokenRequests.Count == 2 ? 0 : 1;

static async Task<object?> CurrentUserAsync(NpgsqlConnection connection)
{
    await using var command = new NpgsqlCommand("select current_user", connection);
    return await command.ExecuteScalarAsync();
}
