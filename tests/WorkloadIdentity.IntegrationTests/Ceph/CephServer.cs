using EveryCloudSample;
using WorkloadIdentity.Testing;

namespace WorkloadIdentity.IntegrationTests;

/// <summary>One Ceph for all tests of the collection, and an Entra whose tokens it verifies.</summary>
public sealed class CephServer : IAsyncLifetime
{
    internal const string Audience = "api://aws-orders";
    internal const string Bucket = "orders";
    internal const string Key = "2026/first.txt";
    internal const string Content = "an order";

    private LocalCeph? _ceph;
    private EntraEmulator? _entra;

    /// <summary>Why the tests are skipped; null when they run. Under CI they always run, and fail without it.</summary>
    internal static string? SkipReason { get; } = !LocalCeph.IsInstalled && !Node.UnderCI ? LocalCeph.HowToInstall : null;

    internal LocalCeph Ceph => _ceph ?? throw new InvalidOperationException("The server was not started.");

    internal EntraEmulator Entra => _entra ?? throw new InvalidOperationException("The server was not started.");

    internal string Issuer => Entra.Tenant.Issuer.AbsoluteUri;

    /// <summary>A role that the emulator's application may assume, and that may read the objects of the bucket.</summary>
    internal string Reader { get; private set; } = "";

    public async Task InitializeAsync()
    {
        if (SkipReason is not null)
        {
            return;
        }

        _entra = await EntraEmulator.StartAsync();
        _ceph = await LocalCeph.StartAsync();
        await Ceph.Administration.PutBucketAsync(Bucket);
        await Ceph.Administration.PutObjectAsync(new() { BucketName = Bucket, Key = Key, ContentBody = Content });
        await Ceph.TrustAsync(Issuer, Audience);
        Reader = await AddRoleAsync("reader");
    }

    public async Task DisposeAsync()
    {
        await (_ceph?.DisposeAsync() ?? default);
        await (_entra?.DisposeAsync() ?? default);
    }

    internal Task<string> AddRoleAsync(string name, string audience = Audience, string? subject = null) => Ceph.AddRoleAsync(
        name, Issuer, audience, subject ?? Entra.Application.ObjectId, "s3:GetObject", $"arn:aws:s3:::{Bucket}/*");

    /// <summary>The application, at this Entra or another one.</summary>
    internal static TokenAcquirer Acquirer(EntraEmulator entra) => new(new ApplicationCredential(
        entra.Application.TenantId,
        entra.Application.ClientId,
        ClientSecretAuthentication.FromValue(entra.Application.AddSecret()),
        new ApplicationCredentialOptions { AuthorityHost = entra.AuthorityHost }));
}

/// <summary>Tests that share one <see cref="CephServer"/>.</summary>
[CollectionDefinition(Name)]
[System.Diagnostics.CodeAnalysis.SuppressMessage("Naming", "CA1711", Justification = "xunit calls it a collection.")]
public sealed class CephServerCollection : ICollectionFixture<CephServer>
{
    public const string Name = "Ceph";
}

/// <summary>A fact that needs Ceph: skipped with a message where there is none, except under CI, where it then fails.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class CephFactAttribute : FactAttribute
{
    /// <inheritdoc cref="CephFactAttribute"/>
    public CephFactAttribute() => Skip = CephServer.SkipReason;
}
