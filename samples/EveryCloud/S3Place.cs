using WorkloadIdentity;
using WorkloadIdentity.Aws;
using WorkloadIdentity.Testing;

namespace EveryCloudSample;

/// <summary>S3, by a role that trusts the identity: Ceph's gateway verifies the token and gives the session.</summary>
internal sealed class S3Place(EntraEmulator entra) : Place
{
    private const string Audience = "api://aws-orders";

    public override string Name => "S3";

    public override string? Missing => LocalCeph.IsInstalled ? null : LocalCeph.HowToInstall;

    public override async Task<(string Read, string Who)> ReadAsync(ITokenAcquirer acquirer)
    {
        await using var ceph = await LocalCeph.StartAsync();
        await ceph.Administration.PutBucketAsync("orders");
        await ceph.Administration.PutObjectAsync(new() { BucketName = "orders", Key = "first.txt", ContentBody = "an order in a bucket" });
        var (issuer, subject) = (entra.Tenant.Issuer.AbsoluteUri, entra.Application.ObjectId);
        await ceph.TrustAsync(issuer, Audience);
        var role = await ceph.AddRoleAsync("reader", issuer, Audience, subject, "s3:GetObject", "arn:aws:s3:::orders/*");

        var credentials = acquirer.AsAwsCredentials(role, $"{Audience}/.default", new AwsRoleOptions { Client = ceph.TokenService() });
        using var s3 = ceph.Client(credentials);
        using var response = await s3.GetObjectAsync("orders", "first.txt");
        using var reader = new StreamReader(response.ResponseStream);
        return (await reader.ReadToEndAsync(), $"the role {role}, which trusts the subject {subject}");
    }
}
