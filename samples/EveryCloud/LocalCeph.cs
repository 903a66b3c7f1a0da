using System.Diagnostics;
using System.Globalization;
using Amazon.Runtime;
using Amazon.S3;
using Amazon.S3.Model;
using Amazon.SecurityToken;
using PostgresSample;

namespace EveryCloudSample;

/// <summary>
/// This machine's own Ceph: a server of S3, STS and IAM (radosgw) on a free port of the loopback address, with all data in memory. It ends
/// when it is disposed, and when the process that started it is gone.
/// </summary>
internal sealed class LocalCeph : IAsyncDisposable
{
    private const string AdminKey = "ADMINKEY";

    // A cold disk and a busy machine fit in; it takes about ten seconds when all is well.
    private static readonly TimeSpan StartLimit = TimeSpan.FromMinutes(3);
    private static readonly string[] Names = ["radosgw", "radosgw-admin", "ceph-mon", "ceph-osd", "ceph", "monmaptool"];

    // $1 the port of the gateway, $2 that of the monitor, $3 the administrator's secret. The end of the input is the end of the servers.
    // The gateway must be told "crc", or it waits for five minutes where nobody authenticates (Ceph 16.2).
    private const string Script = """
        set -e
        folder=$(mktemp -d /tmp/wi-ceph.XXXXXX)
        trap 'set +e; exec 2>/dev/null; kill -KILL -- -$servers; wait; rm -rf "$folder"' EXIT
        cd "$folder" && mkdir osd.0 rgw run
        fsid=$(cat /proc/sys/kernel/random/uuid) osd=$(cat /proc/sys/kernel/random/uuid)
        cat >ceph.conf <<CONF
        [global]
        fsid = $fsid
        mon_host = [v2:127.0.0.1:$2]
        public_addr = 127.0.0.1
        cluster_addr = 127.0.0.1
        auth_cluster_required = none
        auth_service_required = none
        auth_client_required = none
        run_dir = $folder/run
        admin_socket = $folder/run/\$name.asok
        pid_file = $folder/run/\$name.pid
        log_file = $folder/\$name.log
        crash_dir = $folder/run
        osd_pool_default_size = 1
        osd_pool_default_min_size = 1
        osd_pool_default_pg_num = 1
        osd_pool_default_pgp_num = 1
        osd_pool_default_pg_autoscale_mode = off
        osd_crush_chooseleaf_type = 0
        mon_allow_pool_size_one = true
        mon_max_pg_per_osd = 2000
        [mon.a]
        mon_data = $folder/mon.a
        [osd]
        osd_data = $folder/osd.0
        osd_objectstore = memstore
        memstore_device_bytes = 268435456
        [client.rgw]
        ms_mon_client_mode = crc
        client_mount_timeout = 60
        rgw_frontends = beast endpoint=127.0.0.1:$1
        rgw_data = $folder/rgw
        rgw_s3_auth_use_sts = true
        rgw_sts_key = abcdefghijklmnop
        rgw_rados_pool_pg_num_min = 1
        CONF
        export CEPH_CONF=$folder/ceph.conf
        start() {
          monmaptool --create --fsid "$fsid" --addv a "[v2:127.0.0.1:$2]" monmap
          ceph-mon --mkfs -i a --monmap monmap
          ceph-mon -f -i a &
          timeout --foreground 60 ceph osd new "$osd"
          ceph-osd -i 0 --mkfs --osd-uuid "$osd"
          ceph-osd -f -i 0 &
          until timeout --foreground 10 ceph osd stat 2>/dev/null | grep -q '1 up'; do sleep 0.1; done
          radosgw -f -n client.rgw &
          timeout --foreground 120 radosgw-admin user create --uid=admin --display-name=admin --access-key=ADMINKEY --secret-key="$3" \
            --caps='roles=*;oidc-provider=*;user-policy=*'
        }
        # In a process group of its own, which ends at once, started or not.
        set -m
        { start "$@" >log 2>&1 && echo ready || { tail -5 log >&2; echo failed; }; } </dev/null &
        servers=$!
        cat >/dev/null
        """;

    private readonly Process _process;
    private readonly IamRequest _iam;

    private LocalCeph(Process process, Uri endpoint, string secret)
    {
        _process = process;
        Endpoint = endpoint;
        _iam = new IamRequest(endpoint, AdminKey, secret);
        Administration = Client(new BasicAWSCredentials(AdminKey, secret));
    }

    /// <summary>Whether it is installed.</summary>
    public static bool IsInstalled { get; } = Names.All(name => File.Exists($"/usr/bin/{name}"));

    public static string HowToInstall =>
        "Ceph's gateway is not on this machine. Install it (Debian, Ubuntu: apt-get install --no-install-recommends radosgw ceph-mon "
            + "ceph-osd) and run this again.";

    /// <summary>Of S3, STS and IAM.</summary>
    public Uri Endpoint { get; }

    /// <summary>The administrator's client.</summary>
    public IAmazonS3 Administration { get; }

    /// <exception cref="InvalidOperationException">It did not start; the message says why.</exception>
    public static async Task<LocalCeph> StartAsync(CancellationToken cancellationToken = default)
    {
        var (gateway, monitor, secret) = (FreePort.Find(), FreePort.Find(), Guid.NewGuid().ToString("N"));
        var start = new ProcessStartInfo("bash")
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var argument in (string[])["-c", Script, "bash", Text(gateway), Text(monitor), secret])
        {
            start.ArgumentList.Add(argument);
        }

        var ceph = new LocalCeph(Process.Start(start)!, new Uri($"http://127.0.0.1:{gateway}"), secret);
        using var limit = new CancellationTokenSource(StartLimit, TimeProvider.System);
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            await ceph.UntilReadyAsync(patience.Token);
            return ceph;
        }
        catch
        {
            await ceph.DisposeAsync();
            throw;
        }
    }

    /// <summary>A client of S3, as an application has one.</summary>
    public AmazonS3Client Client(AWSCredentials credentials) => new(credentials, new AmazonS3Config
    {
        ServiceURL = Endpoint.AbsoluteUri,
        AuthenticationRegion = "us-east-1",
        ForcePathStyle = true,
        MaxErrorRetry = 0,

        // Ceph 16.2 does not know the checksums that the SDK adds.
        RequestChecksumCalculation = RequestChecksumCalculation.WHEN_REQUIRED,
        ResponseChecksumValidation = ResponseChecksumValidation.WHEN_REQUIRED,
    });

    /// <summary>A client of STS that sends no credentials.</summary>
    public IAmazonSecurityTokenService TokenService() => new AmazonSecurityTokenServiceClient(
        new AnonymousAWSCredentials(),
        new AmazonSecurityTokenServiceConfig { ServiceURL = Endpoint.AbsoluteUri, AuthenticationRegion = "us-east-1", MaxErrorRetry = 0 });

    /// <summary>Lets the gateway verify the tokens of an issuer (CreateOpenIDConnectProvider). It reads the issuer's keys itself.</summary>
    public Task TrustAsync(string issuer, string audience) => _iam.SendAsync(
        "CreateOpenIDConnectProvider",
        ("Url", issuer),
        ("ClientIDList.member.1", audience),
        ("ThumbprintList.member.1", new string('0', 40)));

    /// <summary>A role that one subject may assume and that may do one thing.</summary>
    /// <returns>The role's ARN.</returns>
    public async Task<string> AddRoleAsync(string name, string issuer, string audience, string subject, string action, string resource)
    {
        var provider = new Uri(issuer) is var url ? $"{url.Authority}{url.AbsolutePath}" : "";
        await _iam.SendAsync("CreateRole", ("RoleName", name), ("Path", "/"), ("AssumeRolePolicyDocument", $$"""
            {
              "Version": "2012-10-17",
              "Statement": [
                {
                  "Effect": "Allow",
                  "Action": [ "sts:AssumeRoleWithWebIdentity" ],
                  "Principal": { "Federated": [ "arn:aws:iam:::oidc-provider/{{provider}}" ] },
                  "Condition": { "StringEquals": { "{{provider}}:aud": "{{audience}}", "{{provider}}:sub": "{{subject}}" } }
                }
              ]
            }
            """));
        await _iam.SendAsync("PutRolePolicy", ("RoleName", name), ("PolicyName", "policy"), ("PolicyDocument", $$"""
            {
              "Version": "2012-10-17",
              "Statement": [ { "Effect": "Allow", "Action": [ "{{action}}" ], "Resource": [ "{{resource}}" ] } ]
            }
            """));
        return $"arn:aws:iam:::role/{name}";
    }

    public async ValueTask DisposeAsync()
    {
        Administration.Dispose();
        _iam.Dispose();
        _process.StandardInput.Close();
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30), TimeProvider.System);
        try
        {
            await _process.WaitForExitAsync(patience.Token);
        }
        catch (OperationCanceledException)
        {
            _process.Kill(entireProcessTree: true);
        }

        _process.Dispose();
    }

    private async Task UntilReadyAsync(CancellationToken cancellationToken)
    {
        if (await _process.StandardOutput.ReadLineAsync(cancellationToken) != "ready")
        {
            _process.StandardInput.Close();
            throw new InvalidOperationException(
                $"Ceph could not be started:\n{await _process.StandardError.ReadToEndAsync(cancellationToken)}");
        }

        while (true)
        {
            try
            {
                await Administration.ListBucketsAsync(new ListBucketsRequest(), cancellationToken);
                return;
            }
            catch (Exception exception) when (exception is HttpRequestException or AmazonServiceException && !_process.HasExited)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System, cancellationToken);
            }
        }
    }

    private static string Text(int port) => port.ToString(CultureInfo.InvariantCulture);
}
