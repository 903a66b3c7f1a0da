using System.Diagnostics;
using System.Runtime.CompilerServices;

namespace WorkloadIdentity.Governance;

/// <summary>
/// Reaches Microsoft Graph: applications, service principals and what belongs to them. It keeps within the limits of Graph, so use one
/// client for each identity and tenant. Safe for concurrent use.
/// </summary>
/// <remarks>
/// <para>
/// Every list is read page by page while it is enumerated. A page that fails transiently (429, 5xx, a broken connection) is asked for
/// again, after the whole time that Graph asks for. Tokens are revocable at once, by
/// <see href="https://learn.microsoft.com/entra/identity/conditional-access/concept-continuous-access-evaluation-workload">continuous
/// access evaluation</see>.
/// </para>
/// <para>
/// Enumerating throws <see cref="GraphException"/> if Graph refuses or keeps failing, and <see cref="TokenAcquisitionException"/> if there
/// is no token. Lists of <c>beta</c> may change without notice, and are marked as experimental.
/// </para>
/// </remarks>
public sealed partial class GraphClient : IDisposable
{
    private readonly HttpClient _http;
    private readonly bool _ownsHttp;
    private readonly GraphTransport _transport;
    private readonly GraphWriter _writer;
    private readonly ITokenAcquirer? _acquirer;
    private readonly PooledText _pool = new();

    /// <summary>A client whose tokens come from <paramref name="acquirer"/>.</summary>
    /// <param name="acquirer">The source of the tokens. It must outlive the client, which does not dispose it.</param>
    /// <param name="options">How Graph is reached.</param>
    /// <exception cref="ArgumentException">An option cannot be used. The message says why.</exception>
    public GraphClient(ITokenAcquirer acquirer, GraphClientOptions? options = null)
        : this(options, checkedOptions => Authorized(acquirer, checkedOptions), ownsHttp: true)
    {
        _acquirer = acquirer;
    }

    /// <summary>
    /// A client on an <see cref="HttpClient"/> that adds the tokens: one with an <see cref="AccessTokenHandler"/>
    /// (<c>AddHttpClient(…).AddAccessToken(…)</c>).
    /// </summary>
    /// <param name="http">Sends the requests. The client does not dispose it.</param>
    /// <param name="options">How Graph is reached. Scope, tenant and transport are those of <paramref name="http"/>.</param>
    /// <exception cref="ArgumentException">An option cannot be used. The message says why.</exception>
    public GraphClient(HttpClient http, GraphClientOptions? options = null)
        : this(options, _ => http, ownsHttp: false)
    {
        ArgumentNullException.ThrowIfNull(http);
    }

    private GraphClient(GraphClientOptions? options, Func<GraphClientOptions, HttpClient> http, bool ownsHttp)
    {
        Options = (options ?? new GraphClientOptions()).Checked();
        _http = http(Options);
        _ownsHttp = ownsHttp;
        _transport = new GraphTransport(_http, Options, Json());
        _writer = new GraphWriter(_transport);
        Batch = new GraphBatch(_transport);
    }

    /// <summary>The root of Graph.</summary>
    public Uri Endpoint => Options.Endpoint;

    /// <summary>How many requests were sent so far. Repeated ones count.</summary>
    public int Requests => _transport.Requests;

    internal GraphClientOptions Options { get; }

    internal string Scope => ScopeOf(Options);

    internal GraphBatch Batch { get; }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_ownsHttp)
        {
            _http.Dispose();
        }
    }

    internal GraphJson Json() => GraphJson.Create(_pool);

    /// <summary>The pages of a list, from a link on if there is one.</summary>
    internal async IAsyncEnumerable<GraphPage<T>> PagesAsync<T>(
        GraphRead<T> read, GraphJson json, [EnumeratorCancellation] CancellationToken cancellationToken)
        where T : notnull
    {
        var followed = new HashSet<string>(StringComparer.Ordinal) { _transport.Links.Address(read.Path).AbsoluteUri };
        for (string? next = read.Path; next is not null;)
        {
            var page = await PageAsync(read.At(next), json, cancellationToken).ConfigureAwait(false);

            // A link is checked before anybody keeps it as a place to go on from.
            if (page.NextLink is { } link && !followed.Add(_transport.Links.Address(link).AbsoluteUri))
            {
                throw new GraphException(new GraphError(
                    GraphErrorKind.InvalidResponse,
                    $"A page of {_transport.Links.Address(next).AbsolutePath} links to itself or to an earlier one."));
            }

            yield return page;
            next = page.NextLink;
        }
    }

    /// <summary>All rows of a list whose first page was read already, page by page.</summary>
    internal async IAsyncEnumerable<IReadOnlyList<T>> RowsAsync<T>(
        GraphPage<T> first, GraphRead<T> read, GraphJson json, [EnumeratorCancellation] CancellationToken cancellationToken)
        where T : notnull
    {
        yield return first.Value ?? [];
        if (first.NextLink is { } next)
        {
            await foreach (var page in PagesAsync(read.At(next), json, cancellationToken).ConfigureAwait(false))
            {
                yield return page.Value ?? [];
            }
        }
    }

    private async Task<GraphPage<T>> PageAsync<T>(GraphRead<T> read, GraphJson json, CancellationToken cancellationToken)
        where T : notnull
    {
        var call = new GraphCall(HttpMethod.Get, _transport.Links.Address(read.Path))
        {
            Group = read.Group,
            Units = read.Units,
            KeyReads = read.ReadsKeys ? 1 : 0,
            IsAdvanced = read.IsAdvanced,
        };
        return read.Single is { } single
            ? new GraphPage<T> { Value = [await _transport.SendAsync(call, single(json), cancellationToken).ConfigureAwait(false)] }
            : await _transport.SendAsync(call, read.Page(json), cancellationToken).ConfigureAwait(false);
    }

    private static HttpClient Authorized(ITokenAcquirer acquirer, GraphClientOptions options)
    {
        ArgumentNullException.ThrowIfNull(acquirer);
        var handler = new AccessTokenHandler(
            acquirer,
            Request(options),
            new AccessTokenHandlerOptions
            {
                AllowedOrigins = { new Uri(options.Endpoint.GetLeftPart(UriPartial.Authority)) },
                LoggerFactory = options.LoggerFactory,
                MeterFactory = options.MeterFactory,
            })
        {
            InnerHandler = options.Transport ?? Connections(),
        };
        return new HttpClient(handler, disposeHandler: options.Transport is null) { Timeout = Timeout.InfiniteTimeSpan };
    }

    private static string ScopeOf(GraphClientOptions options) =>
        options.Scope ?? $"{options.Endpoint.GetLeftPart(UriPartial.Authority)}/.default";

    private static TokenRequest Request(GraphClientOptions options) =>
        new(ScopeOf(options))
        {
            TenantId = options.TenantId,
            ContinuousAccess = true,
        };

    /// <summary>Connections that follow no redirect, keep no cookie and add no trace headers.</summary>
    internal static SocketsHttpHandler Connections() => new()
    {
        AllowAutoRedirect = false,
        UseCookies = false,
        AutomaticDecompression = System.Net.DecompressionMethods.GZip,
        PooledConnectionLifetime = TimeSpan.FromMinutes(5),
        ConnectTimeout = TimeSpan.FromSeconds(15),
        ActivityHeadersPropagator = DistributedContextPropagator.CreateNoOutputPropagator(),
    };
}
