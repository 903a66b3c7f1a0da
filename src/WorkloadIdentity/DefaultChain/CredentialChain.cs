using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace WorkloadIdentity;

/// <summary>
/// Asks credentials in order. A credential that is unavailable leads to the next one. A credential that fails stops the chain. The first
/// that issues a token is used from then on, for every scope and tenant, so a running program never changes its identity. Safe for
/// concurrent use.
/// </summary>
/// <remarks>
/// Chains nest. If a member cannot express a request (a user, another tenant), the request fails and is not passed on. Until a member is
/// chosen, every member of a chain of several is asked as one that has alternatives, the last one too. So outside of Azure the chain ends
/// within about a second, instead of waiting for a host that does not exist.
/// </remarks>
public sealed class CredentialChain : Credential
{
    private readonly Credential[] _credentials;
    private readonly ILogger _logger;

    // Written once. The first credential that issues a token wins. Acquisitions that ran beside it ask the winner.
    private volatile Credential? _chosen;

    /// <summary>A chain of credentials, in the order they are asked.</summary>
    /// <param name="credentials">At least one.</param>
    /// <exception cref="ArgumentException"><paramref name="credentials"/> is empty or holds null.</exception>
    public CredentialChain(params IEnumerable<Credential> credentials)
        : this("chain", loggerFactory: null, credentials)
    {
    }

    /// <summary>A chain with its own name. It logs which member it chose.</summary>
    internal CredentialChain(string name, ILoggerFactory? loggerFactory, IEnumerable<Credential> credentials)
    {
        ArgumentNullException.ThrowIfNull(credentials);
        _credentials = [.. credentials];
        if (_credentials.Length == 0)
        {
            throw new ArgumentException("A credential chain needs at least one credential.", nameof(credentials));
        }

        if (Array.IndexOf(_credentials, null) is >= 0 and var index)
        {
            throw new ArgumentException($"Credential number {index + 1} of the chain is null.", nameof(credentials));
        }

        Name = name;
        _logger = loggerFactory?.CreateLogger(Log.Category) ?? NullLogger.Instance;
    }

    /// <inheritdoc/>
    public override string Name { get; }

    /// <summary>Null, because the first use decides which member answers, and it may differ between machines.</summary>
    public override string? Partition => null;

    internal override string WhyNotShared =>
        "A chain chooses one of its members at first use, so at start it is not known whose tokens would be shared. Use that member "
            + "instead of a chain.";

    /// <inheritdoc/>
    protected override RequestFeatures Supports => RequestFeatures.All;

    /// <inheritdoc/>
    protected override async ValueTask<TokenResult> AcquireCoreAsync(Acquisition acquisition, CancellationToken cancellationToken)
    {
        if (_chosen is { } chosen)
        {
            return await AskChosenAsync(chosen, acquisition, cancellationToken).ConfigureAwait(false);
        }

        var asMember = acquisition.InChain(acquisition.HasAlternatives || _credentials.Length > 1);
        var attempts = new List<TokenAttempt>();
        foreach (var credential in _credentials)
        {
            var result = credential is UnusableCredential unusable
                ? unusable.Attempt(acquisition.Request)
                : await credential.AcquireAsync(asMember, cancellationToken).ConfigureAwait(false);
            attempts.AddRange(result.Attempts);
            if (result.Verdict == TokenVerdict.Issued && !acquisition.IsReport
                && Interlocked.CompareExchange(ref _chosen, credential, null) is null)
            {
                Log.ChainPinned(_logger, Name, credential.Name);
            }

            // Another acquisition may have chosen while this one asked: then its choice answers, whatever was heard here. That holds for
            // this very credential too, if it was not there when this acquisition asked it.
            if (_chosen is { } winner && (winner != credential || result.Verdict == TokenVerdict.Unavailable))
            {
                return await AskChosenAsync(winner, acquisition, cancellationToken).ConfigureAwait(false);
            }

            if (result.Verdict != TokenVerdict.Unavailable)
            {
                return result.After(attempts);
            }
        }

        return TokenResult.Unavailable(NobodyHere(acquisition.Request, attempts)).After(attempts);
    }

    /// <summary>Asks every member, also those after the one that answers, and chooses none.</summary>
    internal override async ValueTask<CredentialReport> ReportAsync(Acquisition acquisition, CancellationToken cancellationToken)
    {
        var started = acquisition.TimeProvider.GetTimestamp();
        var hasAlternatives = acquisition.HasAlternatives || _credentials.Length > 1;
        var members = new List<CredentialReport>();
        foreach (var credential in _credentials)
        {
            members.Add(
                await credential.ReportAsync(acquisition.InChain(hasAlternatives && credential != _chosen), cancellationToken)
                    .ConfigureAwait(false));
        }

        // Read once, at the end, because the program may have chosen meanwhile.
        var pinned = Array.IndexOf(_credentials, _chosen);
        var answer = pinned >= 0 ? pinned : members.FindIndex(member => member.Verdict != TokenVerdict.Unavailable);
        var attempts = members.ConvertAll(member => new TokenAttempt(member.Credential, member.Verdict, member.Error, member.Duration));
        return new CredentialReport(
            Name,
            answer < 0 ? null : members[answer],
            NobodyHere(acquisition.Request, attempts),
            acquisition.TimeProvider.GetElapsedTime(started))
        {
            Members = [.. members.Select((member, index) => member.AsMember(isPinned: index == pinned, isAnswer: index == answer))],
        };
    }

    /// <summary>As the chosen credential would; before one is chosen, nothing goes without saying.</summary>
    internal override TokenRequest Normalize(TokenRequest request) => _chosen?.Normalize(request) ?? request;

    /// <summary>
    /// The chosen credential is known to be here: it need not prove it within a second, whatever waits behind this chain.
    /// </summary>
    private static ValueTask<TokenResult> AskChosenAsync(Credential chosen, Acquisition acquisition, CancellationToken cancellationToken) =>
        chosen.AcquireAsync(acquisition.InChain(hasAlternatives: false), cancellationToken);

    private TokenError NobodyHere(TokenRequest request, List<TokenAttempt> attempts)
    {
        var kinds = attempts.Select(attempt => attempt.Error?.Kind ?? TokenErrorKind.NotConfigured).Distinct().ToArray();
        return new TokenError(
            kinds is [var only] ? only : TokenErrorKind.NotConfigured,
            $"No credential of the {Name} is available here. Configure one of:{string.Concat(
                attempts.Select(attempt => $"\n  {attempt}"))}")
        {
            Scope = request.Scope,
            TenantId = request.TenantId,
            IsTransient = attempts.Exists(attempt => attempt.Error?.IsTransient == true),
            ListsAttempts = true,
            HelpAnchor = HelpAnchors.NoCredential,
        };
    }
}
