using System.Text.RegularExpressions;

namespace WorkloadIdentity.Developer;

/// <summary>
/// The developer's login of a command line tool. For development: do not configure it in a deployment. It is unavailable if the tool is not
/// installed. Safe for concurrent use. One program runs at a time.
/// </summary>
/// <remarks>
/// The token is the developer's (delegated permissions through the tool's own application). It has no application roles, and it cannot act
/// for another user or answer claims. The tool is started by its absolute path in PATH, without a shell, within a time limit. It is ended
/// together with its child processes.
/// </remarks>
#pragma warning disable CA1001 // A semaphore without a wait handle holds no resource, so there is nothing to dispose.
public sealed partial class DeveloperCredential : Credential
#pragma warning restore CA1001
{
    private const int MaxScopeLength = 512;

    private readonly DeveloperTool _tool;
    private readonly DeveloperCredentialOptions _options;
    private readonly string? _tenantId;

    // The tools lock their own token cache, so several at once would be slower.
    private readonly SemaphoreSlim _turn = new(1);

    private DeveloperCredential(DeveloperTool tool, DeveloperCredentialOptions? options)
    {
        options ??= new DeveloperCredentialOptions();
        ArgumentNullException.ThrowIfNull(options.Environment, nameof(options));
        ArgumentNullException.ThrowIfNull(options.TimeProvider, nameof(options));
        _tool = tool;

        // A token request checks its tenant and keeps it in lower case.
        _tenantId = new TokenRequest("check/.default") { TenantId = options.TenantId }.TenantId;
        _options = options.Checked();
    }

    /// <inheritdoc/>
    public override string Name => _tool.Name;

    /// <summary>A request may name another tenant of the developer.</summary>
    protected override RequestFeatures Supports => RequestFeatures.TenantId;

    /// <summary>The login of the Azure CLI: <c>az login</c>.</summary>
    /// <param name="options">The credential's options.</param>
    /// <exception cref="ArgumentException">An option is out of range, or the tenant cannot be used.</exception>
    public static DeveloperCredential AzureCli(DeveloperCredentialOptions? options = null) => new(new AzureCli(), options);

    /// <summary>The login of the Azure Developer CLI: <c>azd auth login</c>.</summary>
    /// <param name="options">The credential's options.</param>
    /// <exception cref="ArgumentException">An option is out of range, or the tenant cannot be used.</exception>
    public static DeveloperCredential AzureDeveloperCli(DeveloperCredentialOptions? options = null) =>
        new(new AzureDeveloperCli(), options);

    /// <inheritdoc/>
    protected override async ValueTask<TokenResult> AcquireCoreAsync(Acquisition acquisition, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(acquisition);
        var question = new ToolQuestion(_tool, acquisition.Request.Scope, acquisition.Request.TenantId ?? _tenantId);
        if (ToolPath.Find(_tool.FileNames, _options.Environment.Variable("PATH")) is not { } path)
        {
            return TokenResult.Unavailable(question.Error(
                TokenErrorKind.NotConfigured,
                $"{_tool.Title} is not installed: '{_tool.Command}' is in no folder of PATH. Install it, and run: "
                    + _tool.Login(question.TenantId)));
        }

        // An argument must not be anything but a scope: on Windows the tool is a batch file, and no quoting protects its arguments.
        if (question.Scope.Length > MaxScopeLength || !Scope().IsMatch(question.Scope))
        {
            return TokenResult.Failed(question.Error(
                TokenErrorKind.InvalidConfiguration,
                $"The scope cannot be passed to {_tool.Title}. Use one scope of letters, digits and the characters . _ : / -, such "
                    + "as https://graph.microsoft.com/.default."));
        }

        var answer = await AskAsync(question, path, cancellationToken).ConfigureAwait(false);
        if (answer.Problem is { } problem)
        {
            return TokenResult.Failed(problem);
        }

        if (answer.ExitCode != 0)
        {
            var (isNotHere, refusal) = ToolRefusal.Read(question, answer);
            return isNotHere ? TokenResult.Unavailable(refusal) : TokenResult.Failed(refusal);
        }

        var (token, unreadable) = ToolToken.Read(_tool, answer.Output, _options.TimeProvider);
        return token is not null
            ? TokenResult.Issued(token.IssuedBy(_tool.TitleWithin, DeveloperTool.ClientId))
            : TokenResult.Failed(question.Error(
                TokenErrorKind.InvalidResponse,
                $"{_tool.Title} returned {unreadable}. Run it in a terminal: {question.CommandLine}"));
    }

    private async ValueTask<ToolAnswer> AskAsync(ToolQuestion question, string path, CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            return await ToolProcess.RunAsync(question, path, _options.TimeLimit, _options.TimeProvider, cancellationToken)
                .ConfigureAwait(false);
        }
        finally
        {
            _turn.Release();
        }
    }

    // With this first character the argument cannot be an option.
    [GeneratedRegex(@"\A[A-Za-z0-9][A-Za-z0-9._:/-]*\z", RegexOptions.CultureInvariant)]
    private static partial Regex Scope();
}
