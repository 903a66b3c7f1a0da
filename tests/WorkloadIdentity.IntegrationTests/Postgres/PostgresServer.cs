using PostgresSample;
using WorkloadIdentity.Tests;

namespace WorkloadIdentity.IntegrationTests;

/// <summary>One PostgreSQL for all tests of the collection; each has a role of its own.</summary>
public sealed class PostgresServer : IAsyncLifetime
{
    private LocalPostgres? _postgres;

    /// <summary>Why the tests are skipped; null when they run. Under CI they always run, and fail without it.</summary>
    internal static string? SkipReason { get; } = OtherSystem.Reason(Systems.Linux)
        ?? (LocalPostgres.Programs is null && !Node.UnderCI ? LocalPostgres.HowToInstall : null);

    internal LocalPostgres Postgres => _postgres ?? throw new InvalidOperationException("The server was not started.");

    public async Task InitializeAsync()
    {
        if (SkipReason is null)
        {
            _postgres = await LocalPostgres.StartAsync();
        }
    }

    public async Task DisposeAsync()
    {
        if (_postgres is not null)
        {
            await _postgres.DisposeAsync();
        }
    }
}

/// <summary>Tests that share one <see cref="PostgresServer"/>.</summary>
[CollectionDefinition(Name)]
[System.Diagnostics.CodeAnalysis.SuppressMessage("Naming", "CA1711", Justification = "xunit calls it a collection.")]
public sealed class PostgresServerCollection : ICollectionFixture<PostgresServer>
{
    public const string Name = "PostgreSQL";
}

/// <summary>A fact that needs PostgreSQL: skipped with a message where there is none, except under CI, where it then fails.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class PostgresFactAttribute : FactAttribute
{
    /// <inheritdoc cref="PostgresFactAttribute"/>
    public PostgresFactAttribute() => Skip = PostgresServer.SkipReason;
}
