using Amazon.Runtime;
using Microsoft.Extensions.Logging;
using WorkloadIdentity;
using WorkloadIdentity.Aws;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Registers roles of AWS that trust an identity.</summary>
public static class WorkloadIdentityAwsExtensions
{
    /// <summary>
    /// Registers sessions of a role as a singleton <see cref="AWSCredentials"/>, keyed by the identity's name if it has one. All clients of
    /// the AWS SDK share it: <c>services.AddSingleton&lt;IAmazonS3>(services => new
    /// AmazonS3Client(services.GetRequiredService&lt;AWSCredentials>()))</c>.
    /// </summary>
    /// <param name="builder">The identity that the role trusts.</param>
    /// <param name="roleArn">The role, such as <c>arn:aws:iam::123456789012:role/orders</c>.</param>
    /// <param name="scope">The scope of an application of your own, such as <c>api://aws-orders/.default</c>.</param>
    /// <param name="configure">Sets the options.</param>
    /// <param name="key">The key of the credentials, for an identity with several roles; null takes the identity's name.</param>
    /// <exception cref="ArgumentException">The role, the scope or an option cannot be used.</exception>
    /// <exception cref="InvalidOperationException">
    /// Other <see cref="AWSCredentials"/> are registered in their place, so that clients would act as whichever came last.
    /// </exception>
    public static WorkloadIdentityBuilder AddAwsCredentials(
        this WorkloadIdentityBuilder builder, string roleArn, string scope, Action<AwsRoleOptions>? configure = null, string? key = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        var place = key ?? builder.ServiceKey;
        if (builder.Services.Any(service => service.ServiceType == typeof(AWSCredentials) && Equals(service.ServiceKey, place)))
        {
            throw new InvalidOperationException(
                $"AWSCredentials are registered already{(place is null ? "" : $" under the key '{place}'")}: with two, their order would "
                    + "decide the role of the clients. Remove the other registration, or give these a key of their own (key: \"…\").");
        }

        // The line with the mistake throws.
        TokenAcquirerAwsExtensions.Check(roleArn, scope, Configured(new AwsRoleOptions(), configure));
        builder.Services.Add(ServiceDescriptor.KeyedSingleton<AWSCredentials>(
            place,
            (services, _) => services.GetRequiredKeyedService<ITokenAcquirer>(builder.ServiceKey).AsAwsCredentials(
                roleArn,
                scope,
                Configured(
                    new AwsRoleOptions
                    {
                        TimeProvider = services.GetService<TimeProvider>() ?? TimeProvider.System,
                        LoggerFactory = services.GetService<ILoggerFactory>(),
                    },
                    configure))));
        return builder;
    }

    private static AwsRoleOptions Configured(AwsRoleOptions options, Action<AwsRoleOptions>? configure)
    {
        configure?.Invoke(options);
        return options;
    }
}
