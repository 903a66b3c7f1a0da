using System.Collections.Immutable;
using System.ComponentModel;

namespace WorkloadIdentity;

/// <summary>The assertions that a command prints.</summary>
internal sealed class CommandAssertionSource : AssertionSource
{
    private const string AudienceVariable = "WORKLOAD_IDENTITY_AUDIENCE";

    private readonly string _path;
    private readonly ImmutableArray<string> _arguments;
    private readonly TimeSpan _timeLimit;
    private readonly string? _field;

    public CommandAssertionSource(string path, IEnumerable<string>? arguments, string? jsonField, TimeSpan? timeLimit)
    {
        _path = Guard.Path(path, "The path of the command", "/usr/local/bin/buildkite-agent");
        if (!Path.IsPathFullyQualified(path))
        {
            throw new ArgumentException(
                "The path of the command is not absolute. No search path is used, because others may be able to write to it. Give the "
                    + "whole path, such as /usr/local/bin/buildkite-agent.",
                nameof(path));
        }

        _arguments = [.. arguments ?? []];
        if (_arguments.Any(argument => argument is null || argument.Contains('\0', StringComparison.Ordinal)))
        {
            throw new ArgumentException("An argument of the command is null or contains a null character.", nameof(arguments));
        }

        if (BatchFile.Problem(path, _arguments) is { } problem)
        {
            throw new ArgumentException(
                $"The path or an argument of the command {problem}. Remove them, or run a program that is not a batch file.",
                nameof(arguments));
        }

        _field = jsonField is null ? null : Guard.Text(jsonField, "The name of the JSON field", "token");
        _timeLimit = AssertionClient.Limit(timeLimit);
    }

    public override string Name => "assertion command";

    protected internal override string? LooksFor => $"the output of '{_path}'";

    public override async ValueTask<AssertionResult> GetAssertionAsync(AssertionRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        CommandRun run;
        try
        {
            run = await CommandRun.ToEndAsync(
                _path, _arguments, (AudienceVariable, request.Audience), _timeLimit, request.TimeProvider, cancellationToken)
                    .ConfigureAwait(false);
        }
        catch (Win32Exception exception)
        {
            return Unusable(
                TokenErrorKind.InvalidConfiguration,
                $"could not be started (error {exception.NativeErrorCode}). Check that the file exists and that this process may run it.",
                exception);
        }

        if (run.Problem is { } problem)
        {
            return Unusable(run.HasTimedOut ? TokenErrorKind.TimedOut : TokenErrorKind.InvalidResponse, problem + run.Complaint);
        }

        if (run.ExitCode != 0)
        {
            return Unusable(TokenErrorKind.Refused, $"exited with code {run.ExitCode}.{run.Complaint}");
        }

        var assertion = run.Output.Trim();
        if (_field is not null)
        {
            using var document = StrictJson.Parse(System.Text.Encoding.UTF8.GetBytes(assertion));
            if (document?.RootElement.Text(_field) is not { } value)
            {
                return Unusable(
                    TokenErrorKind.InvalidResponse, $"did not print a JSON object with a string named '{_field}'.{run.Complaint}");
            }

            assertion = value.Trim();
        }

        return JwtForm.Wrapping(assertion) is { } stray
            ? Unusable(
                TokenErrorKind.InvalidResponse,
                $"printed {(assertion.Length == 0 ? "nothing" : $"text that {stray}")}. It must print one JWT and nothing else."
                    + run.Complaint)
            : AssertionResult.Issued(assertion);
    }

    private AssertionResult Unusable(TokenErrorKind kind, string what, Exception? exception = null) =>
        AssertionResult.Failed(new TokenError(
            kind,
            $"The command '{_path}' {what}")
        { IsTransient = false, Exception = exception, HelpAnchor = HelpAnchors.AssertionSource });
}
