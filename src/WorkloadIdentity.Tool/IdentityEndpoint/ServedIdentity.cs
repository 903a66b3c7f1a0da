namespace WorkloadIdentity.Tool;

/// <summary>The identity that the endpoint serves: an acquirer for the chosen credential, and the resources it may be asked for.</summary>
internal sealed class ServedIdentity : IDisposable
{
    private readonly TokenAcquirer _acquirer;
    private readonly Redaction _redaction;
    private readonly Dictionary<string, TokenRequest> _requests = [];

    /// <param name="identity">Whose tokens are served.</param>
    /// <param name="scopes">The scopes of <c>--scope</c>. Tokens are issued for their resources and for nothing else.</param>
    /// <param name="timeProvider">The clock.</param>
    /// <exception cref="ToolException">One of them is no scope or an exchange audience.</exception>
    public ServedIdentity(ChosenIdentity identity, IEnumerable<string> scopes, TimeProvider timeProvider)
    {
        foreach (var scope in scopes)
        {
            ScopeArgument.RefuseExchange(scope);
            var request = ScopeArgument.Request(scope);
            _requests[request.Scope[..^ResourceName.DefaultSuffix.Length]] = request;
        }

        Description = identity.Description;
        _redaction = new Redaction(identity.Environment, isOn: true, identity.Secrets);
        _acquirer = new TokenAcquirer(identity.Credential, new TokenAcquirerOptions { TimeProvider = timeProvider });
    }

    /// <summary>The identity in words.</summary>
    public string Description { get; }

    /// <summary>The resources, in the order of the options.</summary>
    public IEnumerable<string> Resources => _requests.Keys;

    /// <summary>Gets the token of a query, from the cache if it is there.</summary>
    public async Task<(AccessToken? Token, TokenSubject? Subject, EndpointRefusal? Refusal)> GetAsync(
        TokenQuery query, CancellationToken cancellationToken)
    {
        // Compared letter by letter. Entra may take another spelling for the same resource, but nobody has allowed it here.
        if (!_requests.TryGetValue(query.Resource, out var request))
        {
            return (null, null, NotServed(query.Resource));
        }

        try
        {
            var token = await _acquirer.GetTokenAsync(request, cancellationToken).ConfigureAwait(false);
            ScopeArgument.RefuseExchange(token);
            var subject = TokenSubject.Of(token);
            return subject.IsMeantBy(query) ? (token, subject, null) : (null, null, Stranger(query, subject));
        }
        catch (TokenAcquisitionException exception)
        {
            return (null, null, Failed(query.Resource, exception.Error));
        }
        catch (ToolException exception)
        {
            return (null, null, new(400, exception.Message));
        }
    }

    public void Dispose() => _acquirer.Dispose();

    private EndpointRefusal NotServed(string resource) => new(
        400,
        $"The resource '{_redaction.Text(resource)}' is not served. Served: {string.Join(", ", Resources)}. "
            + "Start 'wid identity' with a --scope for it, written as the caller writes it.");

    private static EndpointRefusal Stranger(TokenQuery query, TokenSubject subject) => new(
        400,
        "No User Assigned or Delegated Managed Identity found for specified ClientId/ResourceId/PrincipalId. "
            + $"The caller names an identity with {query.Selector}, and 'wid identity' serves another one"
            + (subject.ClientId is { } clientId ? $" (client id {UntrustedText.Plain(clientId)})." : ".")
            + " Name no identity, or this one.");

    /// <summary>
    /// Libraries repeat a request after 429 and 503. That does not help where no credential is, even if a host did not answer.
    /// </summary>
    private static int Status(TokenError error) =>
        error.HelpAnchor == HelpAnchors.NoCredential ? 400
        : error.Kind == TokenErrorKind.Throttled ? 429
        : error.IsTransient ? 503 : 400;

    /// <summary>The caller learns the kind and the codes. What the issuer said is for the developer.</summary>
    private EndpointRefusal Failed(string resource, TokenError error)
    {
        var codes = string.Concat(error.EntraErrorCodes.Select(code => $", AADSTS{code}"));
        return new(
            Status(error),
            $"'wid identity' got no token for '{resource}' ({error.Kind}{codes}). Its standard error says why. More: {error.Help}")
        {
            RetryAfter = error.RetryAfter,
            Failure = error.IsRepeated ? null : new ToolException(
                ExitCodes.Failed,
                _redaction.Lines(error.Message),
                "Run 'wid doctor' with the same identity options to see every credential, what it looked for and what is missing.",
                error.Help),
        };
    }
}
