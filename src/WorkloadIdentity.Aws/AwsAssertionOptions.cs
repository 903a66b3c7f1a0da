using Amazon.SecurityToken;

namespace WorkloadIdentity.Aws;

/// <summary>How <c>AssertionSource.Aws</c> asks AWS STS for identity tokens. Read once, when the source is made.</summary>
public sealed class AwsAssertionOptions
{
    /// <summary>
    /// The region whose STS is asked, such as <c>eu-west-1</c>. Null takes what the AWS SDK finds: <c>AWS_REGION</c>, the profile, the
    /// instance. Only the STS of a region issues identity tokens, not the global one.
    /// </summary>
    public string? Region { get; set; }

    /// <summary>How long an identity token is valid. Entra reads it once, within seconds.</summary>
    /// <value>From 1 minute to 1 hour, in whole seconds. The default is 5 minutes.</value>
    public TimeSpan Duration { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>
    /// Tags that the identity token carries as claims. They need the permission <c>sts:TagGetWebIdentityToken</c>. Entra matches no tag:
    /// they are for the sign-in log of a service of your own.
    /// </summary>
    public IDictionary<string, string> Tags { get; } = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>
    /// The client that asks, with credentials and region of its own; null makes one of the credentials that the AWS SDK finds. It is not
    /// disposed.
    /// </summary>
    public IAmazonSecurityTokenService? Client { get; set; }

    /// <summary>A copy that nobody else can change, after its values were checked.</summary>
    internal AwsAssertionOptions Checked()
    {
        RegionName.Check(Region, $"{nameof(AwsAssertionOptions)}.{nameof(Region)}");
        WholeSeconds.Check(
            Duration, TimeSpan.FromMinutes(1), TimeSpan.FromHours(1), $"{nameof(AwsAssertionOptions)}.{nameof(Duration)}");
        foreach (var tag in Tags)
        {
            if (tag is not { Key.Length: >= 1 and <= 128, Value.Length: <= 256 })
            {
                throw new ArgumentException(
                    $"{nameof(AwsAssertionOptions)}.{nameof(Tags)} holds a tag that AWS does not take: a key has 1 to 128 characters, a "
                        + "value at most 256.");
            }
        }

        var copy = new AwsAssertionOptions { Region = Region, Duration = Duration, Client = Client };
        foreach (var (key, value) in Tags)
        {
            copy.Tags.Add(key, value);
        }

        return copy;
    }
}
