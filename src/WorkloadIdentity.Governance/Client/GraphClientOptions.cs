using System.Diagnostics.Metrics;
using Microsoft.Extensions.Logging;

namespace WorkloadIdentity.Governance;

/// <summary>How a <see cref="GraphClient"/> reaches Graph. Read once, when the client is constructed.</summary>
public sealed class GraphClientOptions
{
    /// <summary>The root of Graph. It ends with a slash. Plain http is accepted for a literal loopback address only, for tests.</summary>
    /// <value>The default is <see cref="GraphCloud.Public"/>.</value>
    public Uri Endpoint { get; set; } = GraphCloud.Public;

    /// <summary>The scope of the tokens; null for <c>/.default</c> of <see cref="Endpoint"/>.</summary>
    public string? Scope { get; set; }

    /// <summary>The tenant to read, for identities that act in several; null for the identity's own.</summary>
    public string? TenantId { get; set; }

    /// <summary>How long one request may take, its answer included.</summary>
    /// <value>More than zero. The default is 100 seconds.</value>
    public TimeSpan RequestTimeout { get; set; } = TimeSpan.FromSeconds(100);

    /// <summary>How often a request is sent in all while Graph answers with a transient error.</summary>
    /// <value>At least 1. The default is 6.</value>
    public int MaxAttempts { get; set; } = 6;

    /// <summary>
    /// The longest wait that Graph may ask for (<c>Retry-After</c>). A longer one ends the attempts. A wait is never cut short.
    /// </summary>
    /// <value>More than zero. The default is 15 minutes.</value>
    public TimeSpan LongestWait { get; set; } = TimeSpan.FromMinutes(15);

    /// <summary>The clock.</summary>
    public TimeProvider TimeProvider { get; set; } = TimeProvider.System;

    /// <summary>Sends the requests; null for connections of the client's own. It must follow no redirect.</summary>
    public HttpMessageHandler? Transport { get; set; }

    /// <summary>The logger of the token handler; null logs nothing.</summary>
    public ILoggerFactory? LoggerFactory { get; set; }

    /// <summary>Creates the meter of the token handler; null uses a meter of the library's own.</summary>
    public IMeterFactory? MeterFactory { get; set; }

    /// <summary>A random share between 0 and 1, for delays.</summary>
    internal Func<double> Jitter { get; set; } = Random.Shared.NextDouble;

    /// <summary>A copy that nobody else can change, after its values were checked.</summary>
    internal GraphClientOptions Checked()
    {
        Check(
            Endpoint is { IsAbsoluteUri: true, Query: "", Fragment: "", UserInfo: "" }
                && Endpoint.AbsoluteUri.EndsWith('/')
                && (Endpoint.Scheme == Uri.UriSchemeHttps || (Endpoint.Scheme == Uri.UriSchemeHttp && IsLoopback(Endpoint))),
            nameof(Endpoint),
            "an https address that ends with a slash, such as GraphCloud.Public. Plain http is for a loopback IP address only");
        Check(RequestTimeout > TimeSpan.Zero && RequestTimeout <= TimeSpan.FromHours(1), nameof(RequestTimeout), "between 0 and one hour");
        Check(MaxAttempts >= 1, nameof(MaxAttempts), "at least 1");
        Check(LongestWait > TimeSpan.Zero, nameof(LongestWait), "more than zero");
        ArgumentNullException.ThrowIfNull(TimeProvider);
        return (GraphClientOptions)MemberwiseClone();

        static bool IsLoopback(Uri address) =>
            System.Net.IPAddress.TryParse(address.DnsSafeHost, out var ip) && System.Net.IPAddress.IsLoopback(ip);

        static void Check(bool holds, string name, string expected)
        {
            if (!holds)
            {
                throw new ArgumentException($"GraphClientOptions.{name} must be {expected}.", name);
            }
        }
    }
}
