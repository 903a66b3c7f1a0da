using System.Text.Json.Serialization.Metadata;

namespace WorkloadIdentity.Governance;

/// <summary>
/// Sends requests that change something. One is sent again only where that cannot do harm: it may be repeated, or Graph certainly did
/// nothing (no connection, 429, 409 because another change was under way).
/// </summary>
internal sealed class GraphWriter(GraphTransport transport)
{
    /// <summary>Makes the change, and reads the answer.</summary>
    /// <param name="write">The change.</param>
    /// <param name="type">How the answer is parsed; null if it is not read.</param>
    /// <param name="cancellationToken">Ends the request. It may have been received.</param>
    /// <exception cref="GraphException">Graph refused, or failed. <see cref="GraphError.IsOutcomeUnknown"/> says whether the change may
    /// have been made.</exception>
    /// <exception cref="TokenAcquisitionException">There is no token for Graph.</exception>
    public async Task<T?> SendAsync<T>(GraphWrite write, JsonTypeInfo<T>? type, CancellationToken cancellationToken)
        where T : class
    {
        var call = new GraphCall(write.Method, transport.Links.Address(write.Path))
        {
            Group = write.Group,
            Units = write.Units,
            Body = write.Body,
        };
        for (var attempt = 1; ; attempt++)
        {
            var (result, failure) = await transport.TryAsync(call, type, cancellationToken).ConfigureAwait(false);
            if (failure is null)
            {
                return result;
            }

            var error = failure.Error;
            if (write.Method == HttpMethod.Delete && error.Kind == GraphErrorKind.NotFound && attempt > 1)
            {
                return null;
            }

            var mayRepeat = error.IsTransient && (write.IsRepeatable || error.IsUndone) && attempt < transport.MaxAttempts;
            if (!mayRepeat || transport.IsTooLong(error.RetryAfter))
            {
                throw error is { IsTransient: true, IsUndone: false }
                    ? new GraphException(error.OfUnknownOutcome(), failure.InnerException)
                    : failure;
            }

            await transport.WaitAsync(call.Group, attempt, error, cancellationToken).ConfigureAwait(false);
        }
    }
}
