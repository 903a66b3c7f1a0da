using Amazon;
using Amazon.Runtime;
using Amazon.SecurityToken;

namespace WorkloadIdentity.Aws;

/// <summary>Makes clients of AWS STS. Clients share their connections, so one need not be disposed.</summary>
internal static class StsClient
{
    /// <summary>For one of the SDK's attempts. Its own limit is 100 seconds, and it makes up to five.</summary>
    private static readonly TimeSpan TimeLimit = TimeSpan.FromSeconds(10);

    /// <param name="region">The region; null for the one that the AWS SDK finds.</param>
    /// <param name="credentials">What signs the requests.</param>
    /// <param name="config">In tests, an address; null for what the AWS SDK finds.</param>
    /// <exception cref="NoRegionException">No region was given or found.</exception>
    /// <exception cref="PlainHttpException">The address is plain http on another machine.</exception>
    public static IAmazonSecurityTokenService Open(
        string? region, AWSCredentials credentials, AmazonSecurityTokenServiceConfig? config = null)
    {
        // A token is in the body, and a redirect would take it to another host.
        config ??= new AmazonSecurityTokenServiceConfig();
        (config.AllowAutoRedirect, config.Timeout) = (false, TimeLimit);
        if (region is not null)
        {
            config.RegionEndpoint = RegionEndpoint.GetBySystemName(region);
        }

        return config.RegionEndpoint is null && config.ServiceURL is null ? throw new NoRegionException()
            : Uri.TryCreate(config.ServiceURL, UriKind.Absolute, out var address) && address is { Scheme: "http", IsLoopback: false }
                ? throw new PlainHttpException(address.Authority)
            : new AmazonSecurityTokenServiceClient(credentials, config);
    }

    /// <summary>The AWS SDK knows no region and no address of STS.</summary>
    internal sealed class NoRegionException : Exception;

    /// <summary>A variable or a profile sends the requests where everybody on the way can read the token.</summary>
    internal sealed class PlainHttpException(string host) : Exception(
        $"The address of AWS STS is plain http on another machine ({host}), so nothing was sent. Use https in AWS_ENDPOINT_URL_STS, "
            + "AWS_ENDPOINT_URL or endpoint_url of the profile. If AWS_ENDPOINT_URL is for another service, set AWS_ENDPOINT_URL_S3 or "
            + "the like in its place.");
}
