using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using Polly;
using Polly.Retry;

namespace WorkloadIdentity;

/// <summary>Repeats an attempt that failed transiently. The one place that uses Polly. It is used only after a first failure.</summary>
internal sealed class TransientRetry(RetryOptions options, TimeProvider timeProvider)
{
    /// <summary>
    /// Continues after a first attempt that failed transiently, until an attempt succeeds, fails permanently, or the schedule ends. Returns
    /// the last result.
    /// </summary>
    /// <param name="first">The result of the first attempt, which the caller made.</param>
    /// <param name="started">The timestamp at which the first attempt began.</param>
    /// <param name="attempt">Makes one further attempt.</param>
    /// <param name="errorOf">The error of a result; null for a success, and for an error that is not to be retried.</param>
    /// <param name="outlasts">Errors that are retried until the budget ends, however many attempts that takes (IMDS during its
    /// upgrade).</param>
    /// <param name="cancellationToken">Ends the attempt and any delay.</param>
    /// <remarks>Not inlined, so that a program without failures never loads and compiles Polly (74 to 94 ms at first use).</remarks>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public async ValueTask<T> RepeatAsync<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.All)] T>(
        T first, long started, Func<CancellationToken, ValueTask<T>> attempt, Func<T, TokenError?> errorOf,
        Func<TokenError, bool>? outlasts, CancellationToken cancellationToken)
    {
        var pipeline = new ResiliencePipelineBuilder<T> { TimeProvider = timeProvider }
            .AddRetry(new RetryStrategyOptions<T>
            {
                MaxRetryAttempts = int.MaxValue,
                BackoffType = DelayBackoffType.Exponential,
                UseJitter = true,
                Delay = options.Delay,
                MaxDelay = options.MaxDelay,
                ShouldHandle = arguments =>
                    ValueTask.FromResult(
                        arguments.Outcome is { Exception: null, Result: { } result } && MayRepeat(result, arguments.AttemptNumber)),
                DelayGenerator = arguments =>
                    ValueTask.FromResult(arguments.Outcome.Result is { } result ? errorOf(result)?.RetryAfter : null),
            })
            .Build();

        // The first attempt has been made: the pipeline is entered with its result and takes over from there.
        var pending = true;
        return await pipeline.ExecuteAsync(
            token =>
            {
                if (pending)
                {
                    pending = false;
                    return ValueTask.FromResult(first);
                }

                return attempt(token);
            },
            cancellationToken).ConfigureAwait(false);

        bool MayRepeat(T result, int attemptsRepeated) =>
            errorOf(result) is { IsTransient: true } error
            && (attemptsRepeated + 1 < options.MaxAttempts || outlasts?.Invoke(error) == true)
            && (error.RetryAfter ?? TimeSpan.Zero) < options.TotalBudget - timeProvider.GetElapsedTime(started);
    }
}
