using System.Globalization;
using System.Net;
using Microsoft.Extensions.Logging;

namespace WorkloadIdentity;

/// <summary>
/// A kind of host that provides a managed identity. Each kind has one file, which writes its requests. Sending within limits, retrying, and
/// reading tokens and errors are shared. One instance per credential, safe for concurrent use.
/// </summary>
internal abstract class ManagedIdentityHost(string name, ManagedIdentityCredentialOptions options)
{
    private static RetryOptions CommonSchedule => new()
    {
        MaxAttempts = 4,
        Delay = TimeSpan.FromSeconds(1),
        MaxDelay = TimeSpan.FromSeconds(10),
        TotalBudget = TimeSpan.FromSeconds(30),
        AttemptTimeout = TimeSpan.FromSeconds(15),
    };

    private int _warned;

    /// <summary>What people call it.</summary>
    public string Name { get; } = name;

    protected ManagedIdentityCredentialOptions Options { get; } = options;

    protected ILogger Logger { get; } = options.Logger;

    /// <summary>The retry schedule of this host, unless the program sets one.</summary>
    protected virtual RetryOptions Schedule => CommonSchedule;

    /// <summary>What a request to this host may carry beyond a scope.</summary>
    public virtual RequestFeatures Supports => RequestFeatures.None;

    /// <summary>Bounds how many requests are sent at a time; null when there is no bound.</summary>
    protected virtual SemaphoreSlim? Gate => null;

    /// <summary>The client that asks.</summary>
    protected virtual HttpClient Client => Options.Client;

    /// <summary>Whether a response for a named identity must name it, because some versions of a host ignore the name.</summary>
    protected virtual bool RequiresEcho => false;

    /// <summary>How long one request may take.</summary>
    protected TimeSpan AttemptTimeout => Retry.AttemptTimeout;

    private RetryOptions Retry => Options.Retry ?? Schedule;

    /// <summary>Gets a token. A transient failure is retried.</summary>
    public async ValueTask<TokenResult> AcquireAsync(ManagedIdentityRequest request, CancellationToken cancellationToken)
    {
        // No other credential may replace an identity that was named, so the host is not probed.
        if (request is { HasAlternatives: true, Id: null }
            && await ProbeAsync(request, cancellationToken).ConfigureAwait(false) is { } absent)
        {
            return absent;
        }

        var started = Options.TimeProvider.GetTimestamp();
        var first = await AttemptAsync(request, cancellationToken).ConfigureAwait(false);
        return first.Error is { IsTransient: true }
            ? await RepeatAsync(request, first, started, cancellationToken).ConfigureAwait(false)
            : first;
    }

    private ValueTask<TokenResult> RepeatAsync(
        ManagedIdentityRequest request, TokenResult first, long started, CancellationToken cancellationToken)
    {
        var attempts = 1;
        var last = first.Error!;
        return new TransientRetry(Retry, Options.TimeProvider).RepeatAsync(
            first,
            started,
            async token =>
            {
                Log.Retrying(Logger, Name, ++attempts, last);
                var result = await AttemptAsync(request, token).ConfigureAwait(false);
                last = result.Error ?? last;
                return result;
            },
            result => result.Error,
            Options.Retry is null ? Outlasts : null,
            cancellationToken);
    }

    /// <summary>
    /// Probes the host if a chain has another credential. A result says that the host is absent. A host whose variables are set is present.
    /// </summary>
    protected virtual ValueTask<TokenResult?> ProbeAsync(ManagedIdentityRequest request, CancellationToken cancellationToken) => default;

    /// <summary>One attempt: a single round for most hosts. A host that challenges first overrides it and sends twice.</summary>
    protected virtual async ValueTask<TokenResult> AttemptAsync(ManagedIdentityRequest request, CancellationToken cancellationToken)
    {
        var (message, error) = Write(request);
        if (message is null)
        {
            return TokenResult.Failed(error!);
        }

        return Read(request, await SendAsync(message, AttemptTimeout, cancellationToken).ConfigureAwait(false));
    }

    /// <summary>
    /// The request, written from the environment as it is now: hosts rotate their headers. Or what is wrong with the environment.
    /// </summary>
    protected abstract (HttpRequestMessage? Message, TokenError? Error) Write(ManagedIdentityRequest request);

    /// <summary>Sends once within limits, behind the <see cref="Gate"/>. The time limit starts after the wait at the gate.</summary>
    protected virtual async ValueTask<BackchannelAnswer> SendAsync(
        HttpRequestMessage message, TimeSpan timeLimit, CancellationToken cancellationToken)
    {
        if (Gate is not null)
        {
            await Gate.WaitAsync(cancellationToken).ConfigureAwait(false);
        }

        try
        {
            return await Backchannel.SendAsync(Client, message, Name, timeLimit, Options.TimeProvider, cancellationToken)
                .ConfigureAwait(false);
        }
        finally
        {
            Gate?.Release();
        }
    }

    /// <summary>Makes a verdict of an answer.</summary>
    protected TokenResult Read(ManagedIdentityRequest request, BackchannelAnswer answer)
    {
        if (answer.Error is { } error)
        {
            var failure = error.About(request.Scope, request.ClientId);
            return request is { HasAlternatives: true, Id: not null } ? request.Absent(failure) : TokenResult.Failed(failure);
        }

        if (!answer.IsSuccess)
        {
            return ReadRefusal(request, answer);
        }

        var response = HostTokenResponse.Read(Name, answer.Said, request, RequiresEcho, answer.SentOn, Options.TimeProvider.GetUtcNow());
        return response.Token is { } token ? TokenResult.Issued(token)
            : HostErrorResponse.Read(answer.Said, answer.Body).IsError ? ReadRefusal(request, answer)
            : TokenResult.Failed(
                request.Error(TokenErrorKind.InvalidResponse, $"{Name} answered with HTTP {answer.Status}, but {response.Problem}"));
    }

    /// <summary>
    /// Reads an error in any of the forms that hosts use. Only codes of its body enter the message, because some emulators put tokens into
    /// theirs.
    /// </summary>
    protected TokenResult ReadRefusal(ManagedIdentityRequest request, BackchannelAnswer answer)
    {
        var said = HostErrorResponse.Read(answer.Said, answer.Body);
        var absent = SaysNoIdentity(answer.Status, said);
        var known = EntraError.Find(said.EntraErrorCodes);
        var code = (said.Code is null ? "" : $", {said.Code}") + (said.EntraErrorCodes is [var first, ..] ? $", AADSTS{first}" : "");
        var error = new TokenError(
            answer.Status == 429
                ? TokenErrorKind.Throttled
                : absent && request.Id is null ? TokenErrorKind.NotConfigured : TokenErrorKind.Refused,
            $"{Name} gave no token for {request.Resource} to {request.Identity} (HTTP {answer.Status.ToString(
                CultureInfo.InvariantCulture)}{code}). {(known is null
                    ? Advice(request, answer.Status, said)
                    : $"{known.Meaning} What to do: {known.Check} {known.Fix}")}")
        {
            Category = known?.Category ?? TokenErrorCategory.None,
            Scope = request.Scope,
            ClientId = request.ClientId,
            StatusCode = answer.Status,
            OAuthError = said.Code,
            EntraErrorCodes = said.EntraErrorCodes,
            CorrelationId = said.CorrelationId,
            RetryAfter = WholeSeconds(answer.RetryAfter),
            IsTransient = IsTransient(answer.Status),
            HelpAnchor = known is null ? HelpAnchors.ManagedIdentity : null,
        };
        return absent ? request.Absent(error) : TokenResult.Failed(error);
    }

    /// <summary>Whether a status is transient.</summary>
    protected virtual bool IsTransient(int status) => status is 404 or 408 or 429 or >= 500;

    /// <summary>Errors that are retried until the budget ends, however many attempts that takes.</summary>
    protected virtual bool Outlasts(TokenError error) => false;

    /// <summary>Whether a refusal means that the identity asked for does not exist on this host.</summary>
    protected virtual bool SaysNoIdentity(int status, HostErrorResponse said) => false;

    /// <summary>What to do about a refusal.</summary>
    protected virtual string Advice(ManagedIdentityRequest request, int status, HostErrorResponse said) => status switch
    {
        < 300 or 400 or 404 =>
            "Check that the identity is assigned to this host, and that the scope names a resource that exists in its tenant.",
        401 or 403 =>
            "Check that a managed identity is enabled on this host and that nothing between this program and the host answers in its "
                + "place.",
        429 => "It asked for fewer requests: keep one token acquirer for the life of the program.",
        _ => "It failed in passing; if that lasts, check the health of the host.",
    };

    /// <summary>
    /// Whether an address lies in a network of the host's own, where the host speaks plain http. The first time is logged.
    /// </summary>
    protected bool IsOwnNetwork(IPAddress address, byte first, byte second, byte mask)
    {
        if (!LiteralAddress.IsIn(address, first, second, mask))
        {
            return false;
        }

        if (Interlocked.Exchange(ref _warned, 1) == 0)
        {
            Log.SandboxEndpoint(Logger, Name, address.ToString());
        }

        return true;
    }

    // Rounded up, because zero would mean a retry without a pause.
    private static TimeSpan? WholeSeconds(TimeSpan? wait) =>
        wait is { Ticks: > 0 } some ? TimeSpan.FromSeconds(Math.Ceiling(some.TotalSeconds)) : null;
}
