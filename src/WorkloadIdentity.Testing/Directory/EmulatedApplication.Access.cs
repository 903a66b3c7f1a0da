using System.Collections.Concurrent;

namespace WorkloadIdentity.Testing;

/// <content>What an administrator does to an application while it runs.</content>
public sealed partial class EmulatedApplication
{
    private volatile bool _isEnabled = true;
    private volatile TokenRefusal? _block;

    private readonly ConcurrentDictionary<string, EmulatedApplication> _owners = new(StringComparer.OrdinalIgnoreCase);

    internal Sessions Sessions { get; } = new();

    /// <summary>The applications whose service principals own this one.</summary>
    internal IEnumerable<EmulatedApplication> Owners => _owners.Values.OrderBy(owner => owner.ClientId, StringComparer.Ordinal);

    /// <summary>
    /// Makes the service principal of another application an owner of this one. With <c>Application.ReadWrite.OwnedBy</c> it may then
    /// change the credentials of this application.
    /// </summary>
    /// <param name="owner">The owner.</param>
    public EmulatedApplication AddOwner(EmulatedApplication owner)
    {
        ArgumentNullException.ThrowIfNull(owner);
        _owners[owner.ClientId] = owner;
        return this;
    }

    internal bool IsOwnedBy(string clientId) => _owners.ContainsKey(clientId);

    /// <summary>
    /// Whether the application may have tokens. Switched off, it is refused with AADSTS7000112, and its tokens are revoked as by
    /// <see cref="Revoke"/>.
    /// </summary>
    public bool IsEnabled
    {
        get => _isEnabled;
        set
        {
            _isEnabled = value;
            if (!value)
            {
                Revoke();
            }
        }
    }

    /// <summary>
    /// Revokes what was issued to the service principal so far. An API challenges such a token when its client declared continuous access
    /// (<c>cp1</c>); a token of any other client lives on until it expires, with Entra as here (<see cref="EntraEmulator.Revoke(string)"/>
    /// rejects a single token regardless).
    /// </summary>
    public void Revoke() => Sessions.End();

    /// <summary>Refuses the application's token requests, and those of users through it, as a Conditional Access policy does.</summary>
    /// <param name="code">Entra's code: 53003 for a location or risk, 50076 for a second factor the user must show.</param>
    /// <param name="claims">The claims that would satisfy the policy, as JSON text; none when null.</param>
    /// <param name="error">The OAuth error; that which goes with the code when null.</param>
    public void Block(long code = 53003, string? claims = null, string? error = null)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(code);
        _block = KnownRefusals.Of(code, error, claims: claims);
    }

    /// <summary>Ends what <see cref="Block"/> began.</summary>
    public void Unblock() => _block = null;

    internal bool IsBlocked => _block is not null;

    /// <summary>The object id at home, while there is a service principal.</summary>
    internal string? ObjectIdOrNull => PrincipalIn(Tenant);

    /// <summary>Why the application gets no token just now; null when it may have one.</summary>
    internal TokenRefusal? Refusal => !IsEnabled ? TokenRefusals.ApplicationDisabled(ClientId) : _block;
}
