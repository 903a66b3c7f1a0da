namespace WorkloadIdentity.Aws;

/// <summary>The assertion source of this package. It reads as a static member of <see cref="AssertionSource"/>.</summary>
public static class AwsAssertionSources
{
    extension(AssertionSource)
    {
        /// <summary>
        /// Gets identity tokens of the AWS role that this program has, from AWS STS
        /// (<see href="https://docs.aws.amazon.com/STS/latest/APIReference/API_GetWebIdentityToken.html">GetWebIdentityToken</see>), a new
        /// one at each use. The AWS credentials are those that every client of the AWS SDK finds: environment variables, a web identity
        /// (EKS), a profile, the container (ECS, EKS Pod Identity), the instance (EC2). The account must have outbound web identity
        /// federation switched on, and the role needs the permission <c>sts:GetWebIdentityToken</c>.
        /// </summary>
        /// <param name="options">Region, duration, tags, and a client of your own; null for the defaults.</param>
        /// <exception cref="ArgumentException">A value in <paramref name="options"/> is out of range.</exception>
        public static AssertionSource Aws(AwsAssertionOptions? options = null) =>
            new AwsAssertionSource((options ?? new AwsAssertionOptions()).Checked());
    }
}
