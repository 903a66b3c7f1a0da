using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace WorkloadIdentity;

/// <summary>
/// Tells, once for each scope and before its first acquisition, what every credential would answer and why, where the variable
/// <c>WORKLOAD_IDENTITY_EXPLAIN</c> asks for it. It goes to the log; without a log that takes it, to standard error: whoever set the
/// variable wants to read it.
/// </summary>
internal sealed class FirstUseReport(Credential credential, TokenAcquirerOptions options, ILogger logger, string wanted)
{
    public const string Variable = "WORKLOAD_IDENTITY_EXPLAIN";

    // A program calls tens of resources. One that makes up thousands is not told about each.
    private const int MaxReports = 64;
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(2);

    private readonly ConcurrentDictionary<string, Task> _told = new();

    /// <summary>What the variable says: nothing (null), <c>1</c>, or a scope to ask for in place of those that the program uses.</summary>
    public static string? Wanted(WorkloadEnvironment environment) =>
        environment.Variable(Variable)?.Trim() switch
        {
            null or "" or "0" => null,
            { } value when value.Equals("false", StringComparison.OrdinalIgnoreCase) => null,
            { } value when value.Equals("true", StringComparison.OrdinalIgnoreCase) => "1",
            { } value => value,
        };

    /// <summary>The report of an acquirer; null where none is wanted, so that an acquisition pays nothing for it.</summary>
    public static FirstUseReport? Of(Credential credential, TokenAcquirerOptions options, ILogger logger) =>
        Wanted(options.Environment ?? WorkloadEnvironment.FromProcess()) is { } wanted
            ? new FirstUseReport(credential, options, logger, wanted)
            : null;

    /// <summary>Reports before the first acquisition for a scope; others who ask meanwhile wait for that report. It never throws.</summary>
    /// <param name="request">What is about to be asked for.</param>
    /// <param name="identity">The name of the identity; null for the one in the options.</param>
    /// <param name="log">Where it is told; null for the acquirer's own log.</param>
    /// <param name="cancellationToken">Ends the report.</param>
    public Task TellAsync(TokenRequest request, string? identity, ILogger? log, CancellationToken cancellationToken)
    {
        var scope = wanted == "1" ? request.Scope : wanted;
        return _told.TryGetValue(scope, out var told) ? told
            : _told.Count >= MaxReports ? Task.CompletedTask
            : _told.GetOrAdd(scope, _ => ReportAsync(scope, request.TenantId, identity, log ?? logger, cancellationToken));
    }

    private TextWriter StandardError => options.StandardError ?? Console.Error;

    private async Task ReportAsync(string scope, string? tenant, string? identity, ILogger log, CancellationToken cancellationToken)
    {
        await Task.Yield();
        var who = IdentityName.Describe(identity ?? options.Identity);
        using var limit = new TimeLimit(Limit, options.TimeProvider, cancellationToken);
        try
        {
            var asked = new Acquisition(new TokenRequest(scope) { TenantId = tenant })
            {
                IsReport = true,
                TimeProvider = options.TimeProvider,
            };
            var report = await credential.ReportAsync(asked, limit.Token).AsTask().WaitAsync(limit.Token).ConfigureAwait(false);
            if (log.IsEnabled(LogLevel.Information))
            {
                Log.Explained(log, who, scope, report);
            }
            else
            {
                await StandardError.WriteLineAsync($"{who}, asked for a token for {scope}:\n{report}").ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The program ends before the report did.
        }
        catch (Exception exception)
        {
            var reason = exception is OperationCanceledException ? $"it took longer than {Limit.TotalMinutes:0} minutes"
                : exception is ArgumentException ? TokenError.Explain(exception)
                : $"it ended in {exception.GetType().Name}";
            if (log.IsEnabled(LogLevel.Warning))
            {
                Log.NotExplained(log, who, scope, reason);
            }
            else
            {
                await StandardError.WriteLineAsync($"{who}, asked for a token for {scope}, could not be explained: {reason}.")
                    .ConfigureAwait(false);
            }
        }
    }
}
