using System.Diagnostics.Metrics;
using Microsoft.Extensions.Logging;

namespace WorkloadIdentity.KeyVault;

/// <summary>Options of a <see cref="Vault"/>. They are read once, when the vault is constructed.</summary>
public sealed class VaultOptions
{
    /// <summary>
    /// How long an item is used before the vault is read for a newer version. An item that expires sooner is read sooner.
    /// </summary>
    /// <value>From one minute to one day. The default is one hour.</value>
    public TimeSpan RereadAfter { get; set; } = TimeSpan.FromHours(1);

    /// <summary>How long the vault may take for one response, including the token for the request.</summary>
    /// <value>More than zero and at most one hour. The default is 30 seconds.</value>
    public TimeSpan TimeLimit { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// Whether the vault may be at a host that is not one of Key Vault's, or at a literal loopback address (also in plain http).
    /// <see cref="Scope"/> then states the scope of its tokens. Set it in code, for a host that you know. The default is false.
    /// </summary>
    public bool AllowUnknownHost { get; set; }

    /// <summary>
    /// The scope of tokens for a host that <see cref="AllowUnknownHost"/> allows, such as <c>https://vault.azure.net/.default</c>. Known
    /// hosts have their own scope.
    /// </summary>
    public string? Scope { get; set; }

    /// <summary>
    /// The handler that sends the requests; null uses one that follows no redirects and keeps no cookies. A handler set here must do the
    /// same and must not attach tokens. It serves one vault, and it is not disposed.
    /// </summary>
    public HttpMessageHandler? Transport { get; set; }

    /// <summary>The clock for versions, delays and time limits.</summary>
    public TimeProvider TimeProvider { get; set; } = TimeProvider.System;

    /// <summary>Creates the loggers; null logs nothing.</summary>
    public ILoggerFactory? LoggerFactory { get; set; }

    /// <summary>Creates the meter for challenges; null creates one without a factory.</summary>
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
