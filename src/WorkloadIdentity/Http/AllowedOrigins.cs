using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace WorkloadIdentity;

/// <summary>
/// Where the tokens of one client may go: listed origins, the base addresses its configuration set, and the exact host of an https scope.
/// Safe for concurrent use; a check that passes allocates nothing of its own.
/// </summary>
/// <param name="options">Read once.</param>
/// <param name="client">The name of a factory-made client, for the line of code a refusal prints; null for a handler made by hand.</param>
internal sealed class AllowedOrigins(AccessTokenHandlerOptions options, string? client = null)
{
    private const int MaxWarnings = 64;

    private readonly Origin[] _listed =
        AccessTokenHandlerOptions.Origins(options.AllowedOrigins, nameof(options.AllowedOrigins), plainHttp: false);
    private readonly Origin[] _plainHttp =
        AccessTokenHandlerOptions.Origins(options.PlainHttpOrigins, nameof(options.PlainHttpOrigins), plainHttp: true);
    private readonly ConcurrentDictionary<Origin, bool> _warned = new();
    private readonly ILogger? _logger = options.LoggerFactory?.CreateLogger(Log.Category);
    private KnownBaseAddresses _baseAddresses = new();
    private ScopeOrigins? _lastScope;
    private Passed? _passed;

    /// <summary>Whether a gate stands in front and notes issued addresses; set before the first message comes.</summary>
    public bool IsGated { get; set; }

    /// <summary>The same rules without the base addresses, for the next handler of the same client.</summary>
    public AllowedOrigins WithoutBaseAddresses()
    {
        var copy = (AllowedOrigins)MemberwiseClone();
        copy._baseAddresses = new();
        copy._passed = null;
        copy.IsGated = false;
        return copy;
    }

    /// <summary>The base address that the named client's configuration set counts as listed.</summary>
    public void Learn(Uri? baseAddress)
    {
        if (Origin.TryRead(baseAddress, out var origin) && baseAddress.UserInfo.Length == 0)
        {
            _baseAddresses.Add(origin);
        }
    }

    /// <summary>
    /// Why a token for <paramref name="scope"/> must not be sent with a request to <paramref name="address"/>; null when it may.
    /// </summary>
    /// <param name="address">Where the request would go now.</param>
    /// <param name="issued">Where the application addressed it, when a gate saw that.</param>
    /// <param name="scope">What the token is for.</param>
    /// <param name="sender">What would send it: its proxy is asked. Null stands for the process's settings.</param>
    public TokenError? Refuse(Uri? address, OriginalUri? issued, string scope, HttpMessageHandler? sender)
    {
        // What was allowed stays allowed on the same handler. Only over https, where no proxy can read along.
        if (_passed is { } passed && ReferenceEquals(passed.Address, address) && ReferenceEquals(passed.Scope, scope))
        {
            return null;
        }

        if (!Origin.TryRead(address, out var origin))
        {
            return OriginRefusals.NoAddress(scope);
        }

        if (address.UserInfo.Length > 0)
        {
            return OriginRefusals.UserInfo(origin, scope);
        }

        if (!origin.IsHttps && !origin.IsHttp)
        {
            return OriginRefusals.UnknownScheme(origin, scope);
        }

        // The issued address speaks for this one only if the application's own handlers brought it here.
        var hasIssued =
            Origin.TryRead(
                issued is not null && ReferenceEquals(issued.Owner, this) && issued.Covers(origin) ? issued.Address : null,
                out var asIssued);
        if (hasIssued && issued!.Address!.UserInfo.Length > 0)
        {
            return OriginRefusals.UserInfo(asIssued, scope);
        }

        var named = hasIssued ? asIssued : origin;
        if (!IsListed(origin, scope) && !(hasIssued && IsListed(asIssued, scope)))
        {
            return OriginRefusals.NotListed(named, scope, client, _baseAddresses.HasForgotten);
        }

        if (origin.IsHttp)
        {
            return RefusePlainHttp(address, origin, named, scope, sender);
        }

        if (!hasIssued)
        {
            _passed ??= new Passed(address, scope);
        }

        return null;
    }

    /// <param name="address">An allowed address with plain http.</param>
    /// <param name="origin">Of the address.</param>
    /// <param name="named">What the application called it.</param>
    /// <param name="scope">What the token is for.</param>
    /// <param name="sender">The handler that would send it.</param>
    private TokenError? RefusePlainHttp(Uri address, Origin origin, Origin named, string scope, HttpMessageHandler? sender)
    {
        var isMesh = _plainHttp.Contains(origin) || _plainHttp.Contains(named);
        if (!isMesh && !origin.IsLiteralLoopback)
        {
            return OriginRefusals.PlainHttp(origin, named, scope, client);
        }

        if (PrimaryHandler.ProxyFor(address, sender) is { } proxy)
        {
            return OriginRefusals.Proxied(origin, address, proxy, scope);
        }

        if (isMesh && _logger is not null && IsFirstWarningOf(origin))
        {
            Log.PlainHttp(_logger, origin.ToString());
        }

        return null;
    }

    /// <summary>Whether nobody was warned of this origin yet; of so many that nobody would read on, nobody is.</summary>
    public bool IsFirstWarningOf(Origin origin) => _warned.Count < MaxWarnings && _warned.TryAdd(origin, true);

    /// <summary>Whether the origin is allowed for this scope, whatever its scheme.</summary>
    public bool IsListed(Origin origin, string scope) =>
        _listed.Contains(origin) || OriginsOf(scope).Contains(origin) || _plainHttp.Contains(origin) || _baseAddresses.Contains(origin);

    /// <summary>Reading a scope is remembered for the last one: nearly every client has one scope.</summary>
    private ScopeOrigins OriginsOf(string scope)
    {
        var last = Volatile.Read(ref _lastScope);
        if (last is null || !string.Equals(last.Scope, scope, StringComparison.Ordinal))
        {
            Volatile.Write(ref _lastScope, last = new ScopeOrigins(scope));
        }

        return last;
    }

    /// <summary>
    /// The first address that was allowed on its own account. Addresses and scopes never change: by reference they are known again.
    /// </summary>
    private sealed record Passed(Uri Address, string Scope);

    /// <summary>The exact hosts of the https URLs in a scope (on behalf of a user it may name several permissions).</summary>
    private sealed class ScopeOrigins(string scope)
    {
        private readonly Origin[] _origins = [.. Read(scope)];

        public string Scope { get; } = scope;

        public bool Contains(Origin origin) => _origins.Contains(origin);

        private static IEnumerable<Origin> Read(string scope)
        {
            foreach (var part in scope.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            {
                if (Uri.TryCreate(part, UriKind.Absolute, out var uri)
                    && uri.Scheme == Uri.UriSchemeHttps
                    && uri.UserInfo.Length == 0
                    && Origin.TryRead(uri, out var origin))
                {
                    yield return origin;
                }
            }
        }
    }
}
