namespace WorkloadIdentity;

/// <summary>
/// Turns a token request into a verdict: a token, "not here", or a failure. It never caches; a <see cref="ITokenAcquirer"/> in front of it
/// does. Derive from it to add a way of getting tokens. Implementations must be safe for concurrent use.
/// </summary>
public abstract class Credential
{
    // Shared by the tokens that come in the same way; whichever thread writes it last, any of them is right.
    private TokenOrigin? _lastOrigin;

    /// <summary>
    /// A short name in lower case, such as <c>managed identity</c>: it stands in errors, logs and <see cref="AccessToken.AcquiredBy"/>.
    /// </summary>
    public abstract string Name { get; }

    /// <summary>
    /// A stable identity (cloud, tenant, client) under which tokens may be shared with other processes through a second-level cache;
    /// null shares nothing.
    /// </summary>
    public virtual string? Partition => null;

    /// <summary>Why <see cref="Partition"/> is null and what to do about it, for whoever wants to share tokens all the same.</summary>
    internal virtual string WhyNotShared =>
        "It has no stable identity (Credential.Partition) to share tokens under. Override Partition if it is the same identity in every "
            + "process.";

    /// <summary>
    /// What a request to this credential may carry beyond a scope. A request that carries more fails without being tried.
    /// </summary>
    protected virtual RequestFeatures Supports => RequestFeatures.None;

    /// <summary>
    /// What it looks for, in words for a report: <c>the variable ORDERS_TOKEN</c>. Must not hold a secret. Null says nothing.
    /// </summary>
    protected virtual string? LooksFor => null;

    /// <summary>
    /// Tries the request and tells what was looked for and what was found, of every member of a chain, also behind the one that answers.
    /// Real attempts are made, and their tokens dropped: the report changes nothing, least of all which credential a chain uses.
    /// </summary>
    /// <param name="request">What would be asked for.</param>
    /// <param name="cancellationToken">Ends the report.</param>
    /// <returns>The report; its text is meant for people.</returns>
    /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> was cancelled.</exception>
    public ValueTask<CredentialReport> ExplainAsync(TokenRequest request, CancellationToken cancellationToken = default) =>
        ReportAsync(new Acquisition(request) { IsReport = true }, cancellationToken);

    /// <summary>
    /// Makes one attempt. Whatever goes wrong is in the result; the one exception is <see cref="OperationCanceledException"/>
    /// for <paramref name="cancellationToken"/>.
    /// </summary>
    /// <param name="acquisition">What is asked for, and why.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> was cancelled.</exception>
    public async ValueTask<TokenResult> AcquireAsync(Acquisition acquisition, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(acquisition);
        cancellationToken.ThrowIfCancellationRequested();

        var started = acquisition.TimeProvider.GetTimestamp();
        TokenResult result;
        var missing = acquisition.Features & ~Supports;
        if (missing != RequestFeatures.None)
        {
            result = TokenResult.Failed(TokenError.Unsupported(Name, missing, acquisition.Request));
        }
        else
        {
            try
            {
                result = await AcquireCoreAsync(acquisition, cancellationToken).ConfigureAwait(false)
                    ?? TokenResult.Failed(
                        new TokenError(TokenErrorKind.InvalidResponse, $"The credential '{Name}' returned no result (null)."));
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                throw;
            }
            catch (Exception exception)
            {
                result = TokenResult.Failed(ThrownError.Of(exception, $"The credential '{Name}'"));
            }
        }

        if (result.Token is { IsBound: true } && acquisition.Request.Binding == TokenBinding.None && !acquisition.IsReport)
        {
            result = TokenResult.Failed(new TokenError(
                TokenErrorKind.InvalidResponse,
                $"The credential '{Name}' returned a token that is bound to a certificate, and the request did not ask for one. Its asker "
                    + "would send the token without the certificate. Return such a token only if request.Binding is not "
                    + $"{nameof(TokenBinding)}.{nameof(TokenBinding.None)}.")
            {
                Scope = acquisition.Request.Scope,
                HelpAnchor = HelpAnchors.BoundTokens,
            });
        }

        return result.From(Name, acquisition.TimeProvider.GetElapsedTime(started), ref _lastOrigin);
    }

    /// <summary>The report of one attempt. A credential that asks others overrides it.</summary>
    internal virtual async ValueTask<CredentialReport> ReportAsync(Acquisition acquisition, CancellationToken cancellationToken)
    {
        var started = acquisition.TimeProvider.GetTimestamp();
        var notes = new ReportNotes();
        var result = await AcquireAsync(acquisition.Noting(notes), cancellationToken).ConfigureAwait(false);
        return new CredentialReport(
            Name, LooksFor, result, acquisition.TimeProvider.GetElapsedTime(started))
        { Assertion = notes.Assertion };
    }

    /// <summary>
    /// Normalises a request: drops the credential's own tenant, so that equivalent requests share a cache entry.
    /// </summary>
    internal virtual TokenRequest Normalize(TokenRequest request) => request;

    /// <summary>
    /// Makes the attempt. Requests that carry what <see cref="Supports"/> lacks do not arrive here, and exceptions thrown here become
    /// failures.
    /// </summary>
    /// <param name="acquisition">What is asked for, and why.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    protected abstract ValueTask<TokenResult> AcquireCoreAsync(Acquisition acquisition, CancellationToken cancellationToken);

    /// <summary>The credential's name.</summary>
    public override string ToString() => Name;
}
