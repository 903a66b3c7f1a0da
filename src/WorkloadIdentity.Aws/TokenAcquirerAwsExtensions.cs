using Amazon.Runtime;

namespace WorkloadIdentity.Aws;

/// <summary>Lets clients of the AWS SDK use a role that trusts an Entra identity.</summary>
public static class TokenAcquirerAwsExtensions
{
    /// <summary>
    /// Credentials for clients of the AWS SDK: sessions of a role, which AWS STS gives for the acquirer's token. Make one for each role and
    /// give it to every client. However many clients use it, STS is asked once for a session, and again before it ends.
    /// </summary>
    /// <param name="acquirer">Gets the tokens. It is not disposed.</param>
    /// <param name="roleArn">The role, such as <c>arn:aws:iam::123456789012:role/orders</c>.</param>
    /// <param name="scope">
    /// The scope of an application of your own, such as <c>api://aws-orders/.default</c>. Its tokens go to AWS. The issuer is the URL of
    /// the IAM OpenID Connect provider, the audience one of the provider's, and the subject is what the trust policy names.
    /// </param>
    /// <param name="options">Region, name and length of the session; null for the defaults.</param>
    /// <returns>
    /// Credentials that are safe for concurrent use. A request of a client throws a <see cref="TokenAcquisitionException"/> if there is no
    /// session: it says what AWS answered, and the issuer, audience and subject of the token. They may be disposed when no client uses
    /// them any more (they are <see cref="IDisposable"/>).
    /// </returns>
    /// <exception cref="ArgumentException">
    /// <paramref name="roleArn"/> is not the ARN of a role, <paramref name="scope"/> cannot be used, or an option is out of range.
    /// </exception>
    public static AWSCredentials AsAwsCredentials(
        this ITokenAcquirer acquirer, string roleArn, string scope, AwsRoleOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(acquirer);
        var (role, request, chosen) = Check(roleArn, scope, options ?? new AwsRoleOptions());
        return new AcquirerAwsCredentials(acquirer, role, request, chosen);
    }

    /// <summary>What the credentials are made of, checked.</summary>
    internal static (RoleArn Role, TokenRequest Request, AwsRoleOptions Options) Check(
        string roleArn, string scope, AwsRoleOptions options)
    {
        var (role, chosen) = (new RoleArn(roleArn), options.Checked());
        if (chosen is { Region: { } region, Client: null }
            && Amazon.RegionEndpoint.GetBySystemName(region).PartitionName is { } partition && partition != role.Partition)
        {
            throw new ArgumentException(
                $"The role is of the partition {role.Partition}, and the region {region} is of {partition}. Set a region of the role's "
                    + "partition, such as us-gov-west-1 for aws-us-gov and cn-north-1 for aws-cn.",
                nameof(options));
        }

        var request = new TokenRequest(scope).RequireSendable("AWS", "the scope of an application of your own", nameof(scope));
        return (role, chosen.TenantId is { } tenant ? request.ForTenant(tenant) : request, chosen);
    }
}
