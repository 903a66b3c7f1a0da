using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace WorkloadIdentity;

/// <summary>
/// Asks credentials in order: the first that is here answers. One that is here and fails stops the chain, and the first that issues a token
/// is the chain from then on, for every scope and tenant, so that a running program never changes who it is. Safe for concurrent use.
/// </summary>
/// <remarks>
/// Chains nest. A member that cannot express a request (a user, another tenant) fails it: such a request is never passed on to the next.
/// Until a member is chosen, every member of a chain of several is asked as one that has alternatives, the last one too: away from Azure
/// the chain ends within about a second, instead of waiting for a host that is not there.
/// </remarks>
public sealed class CredentialChain : Credential
{
    private readonly Credential[] _credentials;
    private readonly ILogger _logger;

    // Written once. The first to issue a token wins; whoever raced it asks the winner.
    private volatile Credential? _chosen;

    /// <summary>A chain of credentials, in the order they are asked.</summary>
    /// <param name="credentials">At least one.</param>
    /// <exception cref="ArgumentException"><paramref name="credentials"/> is empty or holds null.</exception>
    public CredentialChain(params IEnumerable<Credential> credentials)
        : this("chain", loggerFactory: null, credentials)
    {
    }

    /// <summary>A chain with a name of its own, that says which member it chose.</summary>
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

    /// <summary>Null: which member answers shows at first use, and may differ from one machine to the next.</summary>
    public override string? Partition => null;

    internal override string WhyNotShared =>
        "A chain settles on one of its members at first use, so at start nobody knows whose tokens would be shared. Use the member that "
            + "is meant, instead of a chain.";

    /// <inheritdoc/>
    protected override RequestFeatures Supports =>
        RequestFeatures.TenantId | RequestFeatures.UserAssertion | RequestFeatures.FmiPath | RequestFeatures.Claims;

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

    /// <summary>Asks every member, also those behind the one that answers, and chooses none.</summary>
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

        // Read once and at the end: the program may have chosen meanwhile.
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
