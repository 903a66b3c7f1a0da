using System.Text.RegularExpressions;
using Amazon.SecurityToken;
using Microsoft.Extensions.Logging;

namespace WorkloadIdentity.Aws;

/// <summary>How <c>AsAwsCredentials</c> assumes a role. Read once, when the credentials are made.</summary>
public sealed partial class AwsRoleOptions
{
    /// <summary>
    /// The region whose STS is asked, such as <c>eu-west-1</c>. Null takes what the AWS SDK finds: <c>AWS_REGION</c>, the profile, the
    /// instance.
    /// </summary>
    public string? Region { get; set; }

    /// <summary>The name of the session, which CloudTrail shows (RoleSessionName).</summary>
    /// <value>2 to 64 letters, digits or characters of <c>_+=,.@-</c>. The default is made of the program's name.</value>
    public string SessionName { get; set; } = ProgramName();

    /// <summary>How long a session lasts. It is refreshed before it ends.</summary>
    /// <value>From 15 minutes to 12 hours, and at most the role's maximum session duration. The default is 1 hour.</value>
    public TimeSpan Duration { get; set; } = TimeSpan.FromHours(1);

    /// <summary>A policy that narrows what the session may do, as JSON; null for all that the role may do.</summary>
    public string? Policy { get; set; }

    /// <summary>The tenant to get the token in; null takes the credential's own.</summary>
    public string? TenantId { get; set; }

    /// <summary>The client that asks STS; null makes one that sends no credentials. It is not disposed.</summary>
    public IAmazonSecurityTokenService? Client { get; set; }

    /// <summary>The clock of lifetimes and back-off.</summary>
    public TimeProvider TimeProvider { get; set; } = TimeProvider.System;

    /// <summary>Where log messages go; null for nowhere.</summary>
    public ILoggerFactory? LoggerFactory { get; set; }

    /// <summary>A copy that nobody else can change, after its values were checked.</summary>
    internal AwsRoleOptions Checked()
    {
        ArgumentNullException.ThrowIfNull(TimeProvider);
        RegionName.Check(Region, $"{nameof(AwsRoleOptions)}.{nameof(Region)}");
        WholeSeconds.Check(Duration, TimeSpan.FromMinutes(15), TimeSpan.FromHours(12), $"{nameof(AwsRoleOptions)}.{nameof(Duration)}");
        return SessionNameForm().IsMatch(SessionName ?? "")
            ? (AwsRoleOptions)MemberwiseClone()
            : throw new ArgumentException(
                $"{nameof(AwsRoleOptions)}.{nameof(SessionName)} is not a name that AWS takes: 2 to 64 letters, digits or characters of "
                    + "_+=,.@-.");
    }

    private static string ProgramName()
    {
        var name = OtherCharacters().Replace(AppDomain.CurrentDomain.FriendlyName, "-");
        return name.Length < 2 ? "workload-identity" : name[..Math.Min(name.Length, 64)];
    }

    [GeneratedRegex(@"\A[A-Za-z0-9_+=,.@-]{2,64}\z", RegexOptions.CultureInvariant)]
    private static partial Regex SessionNameForm();

    [GeneratedRegex("[^A-Za-z0-9_+=,.@-]", RegexOptions.CultureInvariant)]
    private static partial Regex OtherCharacters();
}
