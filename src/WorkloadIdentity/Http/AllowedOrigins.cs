using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace WorkloadIdentity;

/// <summary>
/// The origins that may get the tokens of one client: listed origins, the base addresses that its configuration set, and the exact host of
/// an https scope. Safe for concurrent use. A check that passes allocates nothing.
/// </summary>
/// <param name="options">Read once.</param>
/// <param name="client">The name of a factory-made client, for the line of code in an error; null for a handler made in code.</param>
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

    /// <summary>
    /// Whether an <see cref="OriginalUriHandler"/> is in front and notes original URIs. Set before the first message is sent.
    /// </summary>
    public bool NotesOriginalUris { get; set; }

    /// <summary>The same rules without the base addresses, for the next handler of the same client.</summary>
    public AllowedOrigins WithoutBaseAddresses()
    {
        var copy = (AllowedOrigins)MemberwiseClone();
        copy._baseAddresses = new();
        copy._passed = null;
        copy.NotesOriginalUris = false;
        return copy;
    }

    /// <summary>Adds the base address that the named client's configuration set. It counts as listed.</summary>
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
    /// <param name="address">The address of the request now.</param>
    /// <param name="issued">The original URI, if an <see cref="OriginalUriHandler"/> noted it.</param>
    /// <param name="scope">What the token is for.</param>
    /// <param name="sender">The handler that sends it, whose proxy is checked. Null uses the settings of the process.</param>
    public TokenError? Refuse(Uri? address, OriginalUri? issued, string scope, HttpMessageHandler? sender)
    {
        // An address that was allowed stays allowed on the same handler. This holds only for https, where no proxy can read the token.
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

        // The original URI allows this one only if the application's own handlers changed it.
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
    /// <param name="origin">The origin of the address.</param>
    /// <param name="named">The origin as the application wrote it.</param>
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

    /// <summary>Whether no warning was logged for this origin yet. Beyond a number of origins no more warnings are logged.</summary>
    public bool IsFirstWarningOf(Origin origin) => _warned.Count < MaxWarnings && _warned.TryAdd(origin, default);

    /// <summary>Whether the origin is allowed for this scope, whatever its scheme.</summary>
    public bool IsListed(Origin origin, string scope) =>
        _listed.Contains(origin) || OriginsOf(scope).Contains(origin) || _plainHttp.Contains(origin) || _baseAddresses.Contains(origin);

    /// <summary>The hosts of the last scope are kept, because nearly every client has one scope.</summary>
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
    /// The first URI and scope that passed on their own. URIs and scopes are immutable, so later requests with the same instances skip the
    /// check.
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
