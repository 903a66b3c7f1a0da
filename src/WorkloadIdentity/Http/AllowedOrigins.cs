using System.Collections.Concurrent;
using System.Net;
using Microsoft.Extensions.Logging;

namespace WorkloadIdentity;

/// <summary>
/// Where the tokens of one client may go: listed origins, the base address its configuration set, and the exact host of an https scope.
/// Safe for concurrent use; a check that passes allocates nothing of its own.
/// </summary>
/// <param name="options">Read once.</param>
/// <param name="client">The name of a factory-made client, for the line of code a refusal prints; null for a handler made by hand.</param>
/// <param name="isProxied">Whether a proxy would take a request to this address; the process's default proxy is asked when null.</param>
internal sealed class AllowedOrigins(AccessTokenHandlerOptions options, string? client = null, Func<Uri, bool>? isProxied = null)
{
    /// <summary>Base addresses that configuration computes anew for each client are not origins anybody listed.</summary>
    public const int MaxLearned = 64;

    private readonly Origin[] _listed = AccessTokenHandlerOptions.Origins(options.AllowedOrigins, nameof(options.AllowedOrigins), plainHttp: false);
    private readonly Origin[] _plainHttp = AccessTokenHandlerOptions.Origins(options.PlainHttpOrigins, nameof(options.PlainHttpOrigins), plainHttp: true);
    private readonly ConcurrentDictionary<Origin, bool> _warned = new();
    private readonly ILogger? _logger = options.LoggerFactory?.CreateLogger(Log.Category);
    private readonly Func<Uri, bool> _isProxied = isProxied ?? (address => IsTaken(address, HttpClient.DefaultProxy));
    private readonly Lock _learning = new();
    private Origin[] _learned = [];
    private ScopeOrigins? _lastScope;
    private Passed? _passed;

    /// <summary>Whether a gate stands in front and notes issued addresses; set before the first message comes.</summary>
    public bool IsGated { get; set; }

    /// <summary>The base address that the named client's configuration set counts as listed.</summary>
    public void Learn(Uri? baseAddress)
    {
        if (!Origin.TryRead(baseAddress, out var origin) || baseAddress.UserInfo.Length > 0 || _learned.Contains(origin))
        {
            return;
        }

        lock (_learning)
        {
            if (!_learned.Contains(origin) && _learned.Length < MaxLearned)
            {
                Volatile.Write(ref _learned, [.. _learned, origin]);
            }
        }
    }

    /// <summary>Why a token for <paramref name="scope"/> must not be sent with a request to <paramref name="address"/>; null when it may.</summary>
    /// <param name="address">Where the request would go now.</param>
    /// <param name="issued">Where the application addressed it, when a gate saw that.</param>
    /// <param name="scope">What the token is for.</param>
    public TokenError? Refuse(Uri? address, IssuedAddress? issued, string scope)
    {
        // What was allowed stays allowed: origins are only ever added. Only over https, where no proxy settings have a say.
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

        // The issued address speaks for this one only if the application's own handlers brought it here.
        var hasIssued = Origin.TryRead(issued is not null && ReferenceEquals(issued.Owner, this) && issued.Covers(origin) ? issued.Address : null, out var asIssued);
        if (hasIssued && issued!.Address!.UserInfo.Length > 0)
        {
            return OriginRefusals.UserInfo(asIssued, scope);
        }

        var toList = hasIssued ? asIssued : origin;
        if (!IsListed(origin, scope) && !(hasIssued && IsListed(asIssued, scope)))
        {
            return OriginRefusals.NotListed(toList, scope, client);
        }

        if (origin.IsHttps)
        {
            if (!hasIssued)
            {
                _passed ??= new Passed(address, scope);
            }

            return null;
        }

        if (!origin.IsHttp)
        {
            return OriginRefusals.UnknownScheme(origin, scope);
        }

        if (_plainHttp.Contains(origin) || (hasIssued && _plainHttp.Contains(asIssued)))
        {
            if (_logger is not null && _warned.Count < MaxLearned && _warned.TryAdd(origin, true))
            {
                Log.PlainHttp(_logger, origin.ToString());
            }

            return null;
        }

        return !origin.IsLiteralLoopback ? OriginRefusals.PlainHttp(origin, toList, scope, client)
            : _isProxied(address) ? OriginRefusals.Proxied(origin, scope)
            : null;
    }

    private bool IsListed(Origin origin, string scope) =>
        _listed.Contains(origin) || Volatile.Read(ref _learned).Contains(origin) || _plainHttp.Contains(origin) || OriginsOf(scope).Contains(origin);

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

    /// <summary>Whether a request to this address would go to <paramref name="proxy"/>: some answer null for "direct", some the address itself.</summary>
    internal static bool IsTaken(Uri address, IWebProxy proxy) => !proxy.IsBypassed(address) && proxy.GetProxy(address) is { } via && via != address;

    /// <summary>The first address that was allowed on its own account. Addresses and scopes never change: by reference they are known again.</summary>
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
                if (Uri.TryCreate(part, UriKind.Absolute, out var uri) && Origin.TryRead(uri, out var origin) && origin.IsHttps && uri.UserInfo.Length == 0)
                {
                    yield return origin;
                }
            }
        }
    }
}
