using Amazon;
using Amazon.Runtime;
using Amazon.S3;
using Microsoft.Extensions.DependencyInjection;
using WorkloadIdentity.Aws;

namespace WorkloadIdentity.Tests;

/// <summary>The code of docs/aws.md and of src/WorkloadIdentity.Aws/README.md, compiled.</summary>
internal static class AwsSnippets
{
    public static void Into_Entra(IServiceCollection services, string tenantId, string clientId)
    {
        services.AddWorkloadIdentity().UseFederation(tenantId, clientId, AssertionSource.Aws());
    }

    public static AssertionSource With_options()
    {
        var source = AssertionSource.Aws(new AwsAssertionOptions
        {
            Region = "eu-west-1",
            Duration = TimeSpan.FromMinutes(2),
            Tags = { ["team"] = "shop" },
        });
        return source;
    }

    public static void Into_AWS(ITokenAcquirer acquirer)
    {
        var credentials = acquirer.AsAwsCredentials("arn:aws:iam::123456789012:role/orders", "api://aws-orders/.default");
        using var s3 = new AmazonS3Client(credentials, RegionEndpoint.EUWest1);
    }

    public static void Register(IServiceCollection services)
    {
        services.AddWorkloadIdentity().AddAwsCredentials("arn:aws:iam::123456789012:role/orders", "api://aws-orders/.default");
        services.AddSingleton<IAmazonS3>(provider =>
            new AmazonS3Client(provider.GetRequiredService<AWSCredentials>(), RegionEndpoint.EUWest1));
    }
}
