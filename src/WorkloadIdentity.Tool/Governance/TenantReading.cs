using System.Globalization;
using System.Security.Authentication;
using WorkloadIdentity.Governance;

namespace WorkloadIdentity.Tool;

/// <summary>
/// Reads a tenant as the chosen identity, shows how far it is, and turns what went wrong into an error of the tool.
/// </summary>
internal sealed class TenantReading(
    Surroundings surroundings, ChosenIdentity identity, string scope, Uri graph, string? stateFolder, bool isFresh) : IDisposable
{
    // One for all questions, so that they share a token.
    private readonly TokenAcquirer _acquirer =
        new(identity.Credential, new TokenAcquirerOptions { TimeProvider = surroundings.TimeProvider });

    public Task<TenantInventory> InventoryAsync(CancellationToken cancellationToken) => WithGraphAsync(
        async (client, cancel) =>
        {
            var reader = new InventoryReader(client, new InventoryOptions { StateFolder = stateFolder, Fresh = isFresh });
            try
            {
                return await Progress.ShowAsync(
                    surroundings, "Reading the tenant",
                    (tell, stop) => reader.ReadAsync(new Steps(step => tell(InWords(step))), stop), cancel)
                    .ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested && stateFolder is not null)
            {
                Screen.Error(surroundings).Line("wid:  Interrupted. What was read is kept; the same command goes on from there.");
                throw;
            }
        },
        cancellationToken);

    public Task<IReadOnlyList<WhatIfResult>> WhatIfAsync(WhatIfQuestion question, CancellationToken cancellationToken) => WithGraphAsync(
        (client, cancel) => Progress.ShowAsync(
            surroundings, "Asking Conditional Access", stop => client.EvaluateConditionalAccessAsync(question, stop), cancel),
        cancellationToken);

    /// <summary>How the new credential of a rotation is tried.</summary>
    public RotationOptions RotationOptions => new()
    {
        Application = new ApplicationCredentialOptions
        {
            AuthorityHost = Authority.Choose(stated: null, identity.Environment, allowUnknown: false).Host ?? EntraCloud.Public,
            HttpClient = surroundings.EntraClient,
            TimeProvider = surroundings.TimeProvider,
            Environment = identity.Environment,
        },
    };

    private GraphClientOptions GraphOptions => new()
    {
        Endpoint = graph,
        Scope = scope,
        TimeProvider = surroundings.TimeProvider,
        Transport = surroundings.GraphTransport,
    };

    /// <summary>The source of tokens, for another server that the command writes to.</summary>
    public ITokenAcquirer Acquirer => _acquirer;

    /// <summary>The page that says more about a change that was refused.</summary>
    public string RefusalHelp { get; set; } = "wid#wid-federate";

    public void Dispose() => _acquirer.Dispose();

    /// <summary>Asks or changes something at Graph.</summary>
    /// <exception cref="ToolException">It failed.</exception>
    public async Task<T> WithGraphAsync<T>(Func<GraphClient, CancellationToken, Task<T>> work, CancellationToken cancellationToken)
    {
        using var client = new GraphClient(_acquirer, GraphOptions);
        try
        {
            return await work(client, cancellationToken).ConfigureAwait(false);
        }
        catch (TokenAcquisitionException exception)
        {
            throw NoToken(exception.Error);
        }
        catch (GraphException exception) when (exception.InnerException is TokenAcquisitionException refused)
        {
            throw NoToken(refused.Error);
        }
        catch (ChangeRefusedException exception)
        {
            throw new ToolException(
                ExitCodes.Failed, Redaction.Lines(exception.Message), "Nothing more was changed. Mend it, and run the same command again.",
                ToolException.Reference(RefusalHelp));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new ToolException(
                ExitCodes.Machine, Redaction.Lines(exception.Message),
                "Check the destination, the rights of this user and the free space. Then run the same command again: it goes on.",
                ToolException.Reference("errors#rotation-destination"));
        }
        catch (InventoryStateException exception)
        {
            throw new ToolException(
                ExitCodes.Machine, Redaction.Lines(exception.Message), "Name another folder with --state, or wait for the other command.",
                ToolException.Reference("governance#the-state-file"));
        }
        catch (GraphException exception)
            when (exception is { Error.Kind: GraphErrorKind.PermissionMissing, InnerException: GraphException })
        {
            throw new ToolException(
                ExitCodes.Failed, "The identity may not read the directory, not even the id of the tenant.",
                "Grant it Application.Read.All (an application permission of Microsoft Graph, with admin consent).",
                ToolException.Reference("governance#permissions"));
        }
        catch (GraphException exception) when (exception.InnerException?.InnerException is AuthenticationException untrusted)
        {
            throw new ToolException(
                ExitCodes.Failed, Redaction.Lines($"The TLS connection to {graph.Authority} failed. {untrusted.Message}"),
                "For an emulator, use its http address with --graph. Otherwise trust the authority of the certificate (SSL_CERT_FILE).",
                ToolException.Reference("wid#wid-inventory"));
        }
        catch (GraphException exception)
        {
            throw new ToolException(
                exception.Error.IsTransient ? ExitCodes.TryAgain : ExitCodes.Failed,
                Redaction.Lines(Message(exception.Error)),
                NextStep(exception.Error),
                ToolException.Reference("governance#permissions"));
        }
    }

    private static string NextStep(GraphError error) => error.Kind switch
    {
        GraphErrorKind.PermissionMissing => "Grant the identity that permission. The page lists what each question needs.",
        GraphErrorKind.LicenseMissing => "The tenant needs the licence for this question.",
        _ when error.IsTransient => "Run the same command again a little later.",
        _ => "Run 'wid doctor' with the same options to see who asks.",
    };

    /// <summary>Says which host it is about when there was no answer: a proxy or a name server knows only that.</summary>
    private string Message(GraphError error) =>
        error.Kind is GraphErrorKind.Unreachable or GraphErrorKind.TimedOut
            ? $"{graph.Authority} did not answer. {error.Message}"
            : error.Message;

    private static string InWords(InventoryProgress step) => string.Create(
        CultureInfo.InvariantCulture, $"{Words.Of(step.Section)}, {step.Rows:N0} rows ({step.SectionsDone} of {step.Sections} parts)");

    private ToolException NoToken(TokenError error) => new(
        ExitCodes.Of(error.Kind is TokenErrorKind.NotConfigured ? TokenVerdict.Unavailable : TokenVerdict.Failed, error),
        Redaction.Lines(error.Message),
        "Run 'wid doctor' with the same options to see every credential, what it looked for and what is missing.",
        error.Help);

    private Redaction Redaction => new(identity.Environment, isOn: true, identity.Secrets);

    /// <summary>Reports at once, in the order of the reading.</summary>
    private sealed class Steps(Action<InventoryProgress> report) : IProgress<InventoryProgress>
    {
        public void Report(InventoryProgress value) => report(value);
    }
}
