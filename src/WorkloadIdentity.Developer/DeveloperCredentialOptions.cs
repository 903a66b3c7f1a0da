namespace WorkloadIdentity.Developer;

/// <summary>Options of a <see cref="DeveloperCredential"/>. They are read once, when the credential is constructed.</summary>
public sealed class DeveloperCredentialOptions
{
    /// <summary>The tenant to get tokens in: its id or a verified domain; null uses the tenant that the tool is set to.</summary>
    public string? TenantId { get; set; }

    /// <summary>How long the tool may take before it is ended.</summary>
    /// <value>
    /// More than zero, at most five minutes. The default is 20 seconds. The tools usually take about one second, and several on a cold
    /// machine.
    /// </value>
    public TimeSpan TimeLimit { get; set; } = TimeSpan.FromSeconds(20);

    /// <summary>The environment that PATH is read from.</summary>
    public WorkloadEnvironment Environment { get; set; } = WorkloadEnvironment.FromProcess();

    /// <summary>The clock for lifetimes and the time limit.</summary>
    public TimeProvider TimeProvider { get; set; } = TimeProvider.System;

    /// <summary>A copy that nobody else can change, after its values were checked.</summary>
    internal DeveloperCredentialOptions Checked() =>
        TimeLimit > TimeSpan.Zero && TimeLimit <= TimeSpan.FromMinutes(5)
            ? (DeveloperCredentialOptions)MemberwiseClone()
            : throw new ArgumentException(
                $"DeveloperCredentialOptions.{nameof(TimeLimit)} must be more than zero and at most five minutes.", nameof(TimeLimit));
}
