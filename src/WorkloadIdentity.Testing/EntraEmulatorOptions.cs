namespace WorkloadIdentity.Testing;

/// <summary>What an <see cref="EntraEmulator"/> starts with.</summary>
public sealed class EntraEmulatorOptions
{
    /// <summary>The clock that judges every lifetime, dates every token and measures latency.</summary>
    public TimeProvider TimeProvider { get; set; } = TimeProvider.System;

    /// <summary>The loopback port to listen on; 0 takes a free one.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is no port.</exception>
    public int Port
    {
        get;
        set
        {
            ArgumentOutOfRangeException.ThrowIfNegative(value);
            ArgumentOutOfRangeException.ThrowIfGreaterThan(value, ushort.MaxValue);
            field = value;
        }
    }

    /// <summary>The id of the first tenant, a GUID; a new one when null.</summary>
    public string? TenantId { get; set; }

    /// <summary>How far the clocks of callers may be off. Zero, so that a test meets the very second; Entra itself allows about five minutes.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is negative.</exception>
    public TimeSpan ClockSkew
    {
        get;
        set
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, TimeSpan.Zero);
            field = value;
        }
    }

    /// <summary>
    /// Whether tokens can be had for resources nobody added. On, so that a test need not list what its application calls;
    /// off, a resource other than those of <see cref="EntraEmulator.AddApi"/> and the applications is refused with AADSTS500011, as in Entra.
    /// </summary>
    public bool AcceptsAnyResource { get; set; } = true;

    /// <summary>Whether the machine the emulator stands for has a system-assigned managed identity.</summary>
    public bool HasSystemAssignedIdentity { get; set; } = true;
}
