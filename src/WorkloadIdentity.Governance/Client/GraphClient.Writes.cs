using System.Text.Json.Serialization.Metadata;

namespace WorkloadIdentity.Governance;

public sealed partial class GraphClient
{
    /// <summary>Makes a change, and returns the answer. See <see cref="GraphWriter"/>.</summary>
    internal async Task<T> WriteAsync<T>(GraphWrite write, Func<GraphJson, JsonTypeInfo<T>> answer, CancellationToken cancellationToken)
        where T : class =>
        (await _writer.SendAsync(write, answer(Json()), cancellationToken).ConfigureAwait(false))!;

    /// <summary>Makes a change whose answer has nothing to read.</summary>
    internal Task WriteAsync(GraphWrite write, CancellationToken cancellationToken) =>
        _writer.SendAsync<object>(write, null, cancellationToken);

    /// <summary>Who acts in which tenant. Where the token does not say it, the tenant is read from Graph.</summary>
    internal async Task<GraphActor> ActorAsync(CancellationToken cancellationToken)
    {
        var token = _acquirer is null ? null : await _acquirer.GetTokenAsync(Request(Options), cancellationToken).ConfigureAwait(false);
        if (token is not null && GraphActor.Of(token) is { } actor)
        {
            return actor;
        }

        var tenant = Options.TenantId;
        if (tenant is null)
        {
            await foreach (var organization in ListAsync(GraphReads.Organization, cancellationToken).ConfigureAwait(false))
            {
                tenant = organization.Id;
            }
        }

        return new GraphActor(tenant ?? "unknown", token?.AcquiredBy ?? "the identity of the HttpClient");
    }

    /// <summary>One object.</summary>
    internal async Task<T> ReadAsync<T>(GraphRead<T> read, CancellationToken cancellationToken)
        where T : notnull =>
        (await PageAsync(read, Json(), cancellationToken).ConfigureAwait(false)).Value![0];

    /// <summary>One object; null if the tenant does not have it.</summary>
    internal async Task<T?> FindAsync<T>(GraphRead<T> read, CancellationToken cancellationToken)
        where T : class
    {
        try
        {
            return await ReadAsync(read, cancellationToken).ConfigureAwait(false);
        }
        catch (GraphException exception) when (exception.Error.Kind == GraphErrorKind.NotFound)
        {
            return null;
        }
    }
}
