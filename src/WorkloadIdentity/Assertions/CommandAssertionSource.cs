using System.Collections.Immutable;
using System.ComponentModel;

namespace WorkloadIdentity;

/// <summary>
/// A command that prints an assertion, such as <c>circleci run oidc get</c> or <c>buildkite-agent oidc request-token</c>. It runs at each
/// use, without a shell, with this program's variables and <c>WORKLOAD_IDENTITY_AUDIENCE</c> beside them. A command in configuration would
/// let whoever writes that run anything: there it needs
/// <see cref="Microsoft.Extensions.DependencyInjection.WorkloadIdentityOptions.AllowAssertionCommand"/>. Safe for concurrent use.
/// </summary>
public sealed class CommandAssertionSource : AssertionSource
{
    private const string AudienceVariable = "WORKLOAD_IDENTITY_AUDIENCE";

    private readonly string _path;
    private readonly ImmutableArray<string> _arguments;
    private readonly TimeSpan _timeLimit;
    private readonly string? _field;

    /// <summary>Assertions from the program at <paramref name="path"/>.</summary>
    /// <param name="path">An absolute path: no search path decides what runs.</param>
    /// <param name="arguments">
    /// The arguments, one by one and as they are: nothing splits or expands them. A batch file (.cmd, .bat) takes none that Windows would
    /// expand.
    /// </param>
    /// <param name="options">How to run it.</param>
    /// <exception cref="ArgumentException">
    /// <paramref name="path"/> is not absolute, an argument holds a null character, an option is out of range, or a batch file would get a
    /// character that cmd.exe reads as more than text.
    /// </exception>
    public CommandAssertionSource(string path, IEnumerable<string>? arguments = null, CommandAssertionSourceOptions? options = null)
    {
        _path = Guard.Path(path, "The path of the command", "/usr/local/bin/buildkite-agent");
        if (!Path.IsPathFullyQualified(path))
        {
            throw new ArgumentException(
                "The path of the command is not absolute. A search path that others can write to must not decide what runs: give the "
                    + "whole path, such as /usr/local/bin/buildkite-agent.",
                nameof(path));
        }

        _arguments = [.. arguments ?? []];
        if (_arguments.Any(argument => argument is null || argument.Contains('\0', StringComparison.Ordinal)))
        {
            throw new ArgumentException("An argument of the command is null, or holds a null character.", nameof(arguments));
        }

        if (BatchFile.Problem(path, _arguments) is { } problem)
        {
            throw new ArgumentException(
                $"The path or an argument of the command {problem}. Leave them out, or start a program that is no batch file.",
                nameof(arguments));
        }

        options ??= new CommandAssertionSourceOptions();
        _timeLimit = AssertionSourceOptions.CheckedLimit(options.TimeLimit);
        _field = options.JsonField is { } field ? Guard.Text(field, "The name of the JSON field", "token", nameof(options)) : null;
    }

    /// <inheritdoc/>
    public override string Name => "assertion command";

    /// <inheritdoc/>
    protected internal override string? LooksFor => $"the output of '{_path}'";

    /// <inheritdoc/>
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
                $"could not be started (error {exception.NativeErrorCode}). Check that the file is there and that this process may run it.",
                exception);
        }

        if (run.Problem is { } problem)
        {
            return Unusable(run.HasTimedOut ? TokenErrorKind.TimedOut : TokenErrorKind.InvalidResponse, problem + run.Complaint);
        }

        if (run.ExitCode != 0)
        {
            return Unusable(TokenErrorKind.Refused, $"ended with exit code {run.ExitCode}.{run.Complaint}");
        }

        var assertion = run.Output.Trim();
        if (_field is not null)
        {
            using var document = StrictJson.Parse(System.Text.Encoding.UTF8.GetBytes(assertion));
            if (document?.RootElement.Text(_field) is not { } value)
            {
                return Unusable(
                    TokenErrorKind.InvalidResponse, $"did not print a JSON object with a text named '{_field}'.{run.Complaint}");
            }

            assertion = value.Trim();
        }

        return JwtForm.Wrapping(assertion) is { } stray
            ? Unusable(
                TokenErrorKind.InvalidResponse,
                $"printed {(assertion.Length == 0 ? "nothing" : $"text that {stray}")}. It must print one JWT alone.{run.Complaint}")
            : AssertionResult.Issued(assertion);
    }

    private AssertionResult Unusable(TokenErrorKind kind, string what, Exception? exception = null) =>
        AssertionResult.Failed(new TokenError(
            kind,
            $"The command '{_path}' {what}")
        { IsTransient = false, Exception = exception, HelpAnchor = HelpAnchors.AssertionSource });
}
