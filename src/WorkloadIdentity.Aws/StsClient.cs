using Amazon;
using Amazon.Runtime;
using Amazon.SecurityToken;

namespace WorkloadIdentity.Aws;

/// <summary>Makes clients of AWS STS. Clients share their connections, so one need not be disposed.</summary>
internal static class StsClient
{
    /// <param name="region">The region; null for the one that the AWS SDK finds.</param>
    /// <param name="credentials">What signs the requests.</param>
    /// <exception cref="NoRegionException">No region was given or found.</exception>
    public static IAmazonSecurityTokenService Open(string? region, AWSCredentials credentials)
    {
        var config = new AmazonSecurityTokenServiceConfig();
        if (region is not null)
        {
            config.RegionEndpoint = RegionEndpoint.GetBySystemName(region);
        }

        return config.RegionEndpoint is null && config.ServiceURL is null
            ? throw new NoRegionException()
            : new AmazonSecurityTokenServiceClient(credentials, config);
    }

    /// <summary>The AWS SDK knows no region and no address of STS.</summary>
    internal sealed class NoRegionException : Exception;
}
