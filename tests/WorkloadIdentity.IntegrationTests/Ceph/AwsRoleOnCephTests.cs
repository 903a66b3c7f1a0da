using System.Diagnostics;
using Amazon.Runtime;
using Amazon.S3;
using EveryCloudSample;
using WorkloadIdentity.Aws;
using WorkloadIdentity.Testing;

namespace WorkloadIdentity.IntegrationTests;

/// <summary>
/// A token of Entra becomes a session of a role of STS, and clients of the AWS SDK read S3 with it: at servers that nobody here wrote.
/// </summary>
[Collection(CephServerCollection.Name)]
public sealed class AwsRoleOnCephTests(CephServer server)
{
    private const string Scope = $"{CephServer.Audience}/.default";

    [CephFact]
    public async Task An_object_is_read_by_the_role_and_not_written()
    {
        using var acquirer = CephServer.Acquirer(server.Entra);
        using var s3 = server.Ceph.Client(Credentials(acquirer, server.Reader));

        using var read = await s3.GetObjectAsync(CephServer.Bucket, CephServer.Key);
        using var text = new StreamReader(read.ResponseStream);

        Assert.Equal(CephServer.Content, await text.ReadToEndAsync());
        var refused = await Assert.ThrowsAsync<AmazonS3Exception>(
            () => s3.PutObjectAsync(new() { BucketName = CephServer.Bucket, Key = "other.txt", ContentBody = "x" }));
        Assert.Equal("AccessDenied", refused.ErrorCode);
    }

    [CephFact]
    public async Task Clients_share_one_session()
    {
        using var acquirer = CephServer.Acquirer(server.Entra);
        var credentials = Credentials(acquirer, server.Reader);
        var before = server.Entra.Journal.TokenRequests.Count;

        var read = await Task.WhenAll(Enumerable.Range(0, 8).Select(async _ =>
        {
            using var s3 = server.Ceph.Client(credentials);
            using var response = await s3.GetObjectAsync(CephServer.Bucket, CephServer.Key);
            return (await credentials.GetCredentialsAsync()).AccessKey;
        }));

        Assert.Single(read.Distinct());
        Assert.Equal(before + 1, server.Entra.Journal.TokenRequests.Count);
    }

    [CephFact]
    public async Task Another_audience_is_refused()
    {
        using var acquirer = CephServer.Acquirer(server.Entra);

        var error = await RefusedAsync(acquirer, server.Reader, "api://other/.default");

        Assert.Contains("audience api://other,", error.Message, StringComparison.Ordinal);
    }

    [CephFact]
    public async Task A_role_that_trusts_another_audience_is_refused()
    {
        var role = await server.AddRoleAsync("other-audience", audience: "api://other");
        using var acquirer = CephServer.Acquirer(server.Entra);

        await RefusedAsync(acquirer, role);
    }

    [CephFact]
    public async Task A_role_that_trusts_another_subject_is_refused()
    {
        var role = await server.AddRoleAsync("other-subject", subject: "0d3c1a52-9c0f-4d0e-8a54-6f1f6f0d2b11");
        using var acquirer = CephServer.Acquirer(server.Entra);

        var error = await RefusedAsync(acquirer, role);

        Assert.Contains($"subject {server.Entra.Application.ObjectId}: ", error.Message, StringComparison.Ordinal);
    }

    [CephFact]
    public async Task A_role_that_does_not_exist_is_refused()
    {
        using var acquirer = CephServer.Acquirer(server.Entra);

        await RefusedAsync(acquirer, "arn:aws:iam:::role/absent");
    }

    [CephFact]
    public async Task An_expired_token_is_refused()
    {
        // The clock of this Entra is two hours behind. What it issues has expired, and only the gateway can know that.
        var clock = new ShiftedClock();
        clock.Jump(TimeSpan.FromHours(-2));
        await using var entra = await EntraEmulator.StartAsync(new EntraEmulatorOptions { TimeProvider = clock });
        var issuer = entra.Tenant.Issuer.AbsoluteUri;
        await server.Ceph.TrustAsync(issuer, CephServer.Audience);
        var role = await server.Ceph.AddRoleAsync(
            "late", issuer, CephServer.Audience, entra.Application.ObjectId, "s3:GetObject", $"arn:aws:s3:::{CephServer.Bucket}/*");
        using var acquirer = CephServer.Acquirer(entra);

        await RefusedAsync(acquirer, role);
    }

    [CephFact]
    public async Task An_issuer_that_the_account_does_not_trust_is_refused()
    {
        await using var entra = await EntraEmulator.StartAsync();
        using var acquirer = CephServer.Acquirer(entra);

        await RefusedAsync(acquirer, server.Reader);
    }

    [CephFact]
    public async Task A_start_that_is_given_up_leaves_no_server_behind()
    {
        using var cancelled = new CancellationTokenSource();
        await cancelled.CancelAsync();
        var before = Running();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => LocalCeph.StartAsync(cancelled.Token));

        Assert.Equal(before, Running());

        // The shells that this process has started for a Ceph.
        static string Running()
        {
            string[] arguments = ["-P", $"{Environment.ProcessId}", "-f", "wi-ceph"];
            using var search = Process.Start(new ProcessStartInfo("pgrep", arguments) { RedirectStandardOutput = true })!;
            return search.StandardOutput.ReadToEnd();
        }
    }

    private AWSCredentials Credentials(TokenAcquirer acquirer, string role, string scope = Scope) =>
        acquirer.AsAwsCredentials(role, scope, new AwsRoleOptions { Client = server.Ceph.TokenService() });

    /// <summary>
    /// Ceph answers every refusal with the same code, so what is compared is that there is one, and what it says of the token.
    /// </summary>
    private async Task<TokenError> RefusedAsync(TokenAcquirer acquirer, string role, string scope = Scope)
    {
        var exception = await Assert.ThrowsAsync<TokenAcquisitionException>(
            () => Credentials(acquirer, role, scope).GetCredentialsAsync());

        Assert.Equal(TokenErrorKind.Refused, exception.Error.Kind);
        Assert.InRange(exception.Error.StatusCode ?? 0, 400, 404);
        Assert.Contains(role, exception.Error.Message, StringComparison.Ordinal);
        return exception.Error;
    }
}
