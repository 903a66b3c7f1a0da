using System.Net;

namespace WorkloadIdentity.Testing;

/// <summary>What an <see cref="EntraEmulator"/> starts with.</summary>
public sealed class EntraEmulatorOptions
{
    /// <summary>The clock that judges every lifetime, dates every token and measures latency.</summary>
    public TimeProvider TimeProvider { get; set; } = TimeProvider.System;

    /// <summary>
    /// The address to listen on. 127.0.0.1, unless another one is stated here: whoever can reach it can have tokens and change what is
    /// emulated.
    /// </summary>
    public IPAddress Address
    {
        get;
        set
        {
            ArgumentNullException.ThrowIfNull(value);
            field = value;
        }
    } = IPAddress.Loopback;

    /// <summary>
    /// The host of every address the emulator states, when it is not <see cref="Address"/> itself: the name of its container, for instance.
    /// An IP address, a name without dots, or one below <c>.localhost</c>, <c>.test</c>, <c>.example</c>, <c>.invalid</c>, <c>.local</c>,
    /// <c>.internal</c> or <c>.home.arpa</c>.
    /// </summary>
    public string? HostName { get; set; }

    /// <summary>The port for plain http; 0 takes a free one.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is no port.</exception>
    public int Port { get; set => field = RequirePort(value); }

    /// <summary>The port for https; 0 takes a free one.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is no port.</exception>
    public int SecurePort { get; set => field = RequirePort(value); }

    /// <summary>
    /// Whether <see cref="EntraEmulator.AuthorityHost"/>, and with it the issuer of all tokens, is the https address. Off, because this SDK
    /// takes plain http to loopback and needs no certificate for it; on for other vendors' libraries, which insist on https. Both addresses
    /// serve everything in either case.
    /// </summary>
    public bool SecureAuthority { get; set; }

    /// <summary>The id of the first tenant, a GUID; a new one when null.</summary>
    public string? TenantId { get; set; }

    /// <summary>
    /// How far the clocks of callers may be off. Zero, so that a test meets the very second; Entra itself allows about five minutes.
    /// </summary>
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
    /// off, a resource other than those of <see cref="EntraEmulator.AddApi"/> and the applications is refused with AADSTS500011, as in
    /// Entra.
    /// </summary>
    public bool AcceptsAnyResource { get; set; } = true;

    /// <summary>Whether the machine the emulator stands for has a system-assigned managed identity.</summary>
    public bool HasSystemAssignedIdentity { get; set; } = true;

    /// <summary>
    /// Whether a client may use an assertion it signed with its certificate more than once. Off, so that a client that signs once and keeps
    /// it is found out in a test; Entra itself does not object, and some vendors' libraries rely on that.
    /// </summary>
    public bool AcceptsReusedAssertions { get; set; }

    /// <summary>
    /// Whether the key files of the emulated Azure Arc agent stand on disk as well, in the one folder clients accept
    /// (<c>/var/opt/azcmagent/tokens</c>, or <c>%ProgramData%\AzureConnectedMachineAgent\Tokens</c>): for programs that are not given
    /// <see cref="EntraEmulator.ArcKeyFiles"/>. Off at start. Needs the right to write there, and no real agent on the machine; what was
    /// written is removed with the emulator.
    /// </summary>
    public bool WritesArcKeyFiles { get; set; }

    /// <summary>
    /// Whether everything can be changed over HTTP as well (docs/emulator.md), by whoever has <see cref="EntraEmulator.AdminToken"/>. Off
    /// at start.
    /// </summary>
    public bool HasAdminApi { get; set; }

    /// <summary>
    /// The admin API's token, which also turns it on; a random one when null. At least 32 characters of base64url (letters, digits,
    /// <c>-</c>, <c>_</c>), so that it cannot be guessed.
    /// </summary>
    /// <exception cref="ArgumentException">The value is shorter, or holds other characters.</exception>
    public string? AdminToken
    {
        get;
        set
        {
            if (value is not null && !EmulatorAdminToken.IsToken(value))
            {
                throw new ArgumentException(
                    "An admin token has at least 32 characters: letters, digits, '-' and '_'. Leave it out to have a random one made.",
                    nameof(value));
            }

            field = value;
            HasAdminApi |= value is not null;
        }
    }

    /// <summary>The client id of the application it starts with; a new one when null.</summary>
    internal string? ClientId { get; set; }

    /// <summary>The domains of the first tenant.</summary>
    internal IReadOnlyList<string> TenantDomains { get; set; } = ["emulated.example"];

    private static int RequirePort(int value)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(value);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(value, ushort.MaxValue);
        return value;
    }
}
