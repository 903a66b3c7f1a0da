using System.Diagnostics.Metrics;
using Microsoft.Extensions.Logging;

namespace WorkloadIdentity.KeyVault;

/// <summary>How a <see cref="Vault"/> is asked. Read once, when the vault is constructed.</summary>
public sealed class VaultOptions
{
    /// <summary>
    /// How long what was read is used before the vault is asked for a newer version. What ends sooner is asked for sooner.
    /// </summary>
    /// <value>From one minute to one day. The default is one hour.</value>
    public TimeSpan RereadAfter { get; set; } = TimeSpan.FromHours(1);

    /// <summary>How long one answer of the vault may take, the token for it included.</summary>
    /// <value>More than zero and at most one hour. The default is 30 seconds.</value>
    public TimeSpan TimeLimit { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// Whether the vault may be a host that is not one of Key Vault's known ones, or a literal loopback address (then in plain http too).
    /// <see cref="Scope"/> says what its tokens are for. Set it in code, where you know that host. The default is false.
    /// </summary>
    public bool AllowUnknownHost { get; set; }

    /// <summary>
    /// The scope of tokens for a host of <see cref="AllowUnknownHost"/>, such as <c>https://vault.azure.net/.default</c>; known hosts have
    /// their own.
    /// </summary>
    public string? Scope { get; set; }

    /// <summary>
    /// What sends the requests; null takes connections that follow no redirect and keep no cookie. One set here should do the same, and
    /// must not attach tokens. It is not disposed, and serves one vault.
    /// </summary>
    public HttpMessageHandler? Transport { get; set; }

    /// <summary>The clock of versions, delays and time limits.</summary>
    public TimeProvider TimeProvider { get; set; } = TimeProvider.System;

    /// <summary>Where messages go; null logs nothing.</summary>
    public ILoggerFactory? LoggerFactory { get; set; }

    /// <summary>Makes the meter of challenges; null makes one of our own.</summary>
    public IMeterFactory? MeterFactory { get; set; }

    internal VaultOptions Checked() =>
        RereadAfter < TimeSpan.FromMinutes(1) || RereadAfter > TimeSpan.FromDays(1)
            ? throw new ArgumentException(
                $"{nameof(VaultOptions)}.{nameof(RereadAfter)} must be from one minute to one day.", nameof(RereadAfter))
        : TimeLimit <= TimeSpan.Zero || TimeLimit > TimeSpan.FromHours(1)
        ? throw new ArgumentException(
            $"{nameof(VaultOptions)}.{nameof(TimeLimit)} must be more than zero and at most one hour.", nameof(TimeLimit))
        : (VaultOptions)MemberwiseClone();
}
