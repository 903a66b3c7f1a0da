namespace WorkloadIdentity;

/// <summary>
/// Authenticates with an assertion of another issuer, which the application trusts through a federated credential
/// (<see href="https://learn.microsoft.com/entra/workload-id/workload-identity-federation">workload identity federation</see>, RFC 7523).
/// No secret is stored. A new assertion is got at each use. Safe for concurrent use.
/// </summary>
public sealed class FederatedAuthentication : ClientAuthentication
{
    internal static readonly TimeSpan MaxPropagationTolerance = TimeSpan.FromMinutes(15);

    private readonly AssertionSource _source;
    private readonly string? _audience;

    /// <summary>Federation with the assertions of <paramref name="source"/>.</summary>
    /// <param name="source">The source of the assertions.</param>
    /// <param name="audience">
    /// The audience of the assertions, exactly as in the federated credential. Null uses that of the cloud
    /// (<c>api://AzureADTokenExchange</c> in the public one). It is required if the authority is not one of Entra's clouds.
    /// </param>
    /// <exception cref="ArgumentException"><paramref name="audience"/> is empty or holds a control character.</exception>
    public FederatedAuthentication(AssertionSource source, string? audience = null)
    {
        ArgumentNullException.ThrowIfNull(source);
        _source = source;
        _audience = audience is null ? null : Guard.Text(audience, "The audience", "api://AzureADTokenExchange");
    }

    /// <summary>
    /// How long to keep retrying if Entra finds no matching federated credential (AADSTS70021, 700211 to 700213, 70025), with a new
    /// assertion each time. A new federated credential is not known everywhere for some minutes. Set it in programs that run right after
    /// the deployment that creates the credential; elsewhere it only delays the error.
    /// <see cref="TokenAcquirerOptions.AcquisitionTimeLimit"/> applies as well.
    /// </summary>
    /// <value>At most 15 minutes. The default is zero: no retry.</value>
    /// <exception cref="ArgumentOutOfRangeException">The value is out of range.</exception>
    public TimeSpan PropagationTolerance
    {
        get;
        init
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, TimeSpan.Zero);
            ArgumentOutOfRangeException.ThrowIfGreaterThan(value, MaxPropagationTolerance);
            field = value;
        }
    }

    internal override string Name => _source.Name;

    internal override string LooksFor => _source.LooksFor ?? $"assertions of '{_source.Name}'";

    internal override bool IsFederated => true;

    internal override string? Audience => _audience;

    internal override TimeSpan Tolerance => PropagationTolerance;

    internal override async ValueTask<TokenResult?> WriteAsync(
        TokenRequestForm form, TokenExchange exchange, CancellationToken cancellationToken)
    {
        // The token for an agent's user is requested with the assertion that the agent's own token was.
        if (exchange is { AgentToken: not null, Refusal: null, Assertion: { } held })
        {
            Write(held, form, exchange);
            return null;
        }

        var result = await _source.GetAssertionAsync(exchange.ToAssertionRequest(), cancellationToken).ConfigureAwait(false);

        switch (result)
        {
            case null:
                return Unusable($"The assertion source '{Name}' returned no result (null).", HelpAnchors.AssertionSource);
            case { Verdict: TokenVerdict.Unavailable, Error: { } absent }:
                return TokenResult.Unavailable(absent);
            case { Error: { } failed }:
                return TokenResult.Failed(failed);
        }

        // Anything but a JWT may be a secret that was put in the wrong place. It is not sent.
        if (JwtForm.Problem(result.Assertion) is { } problem)
        {
            return Unusable(
                $"The assertion source '{Name}' returned something that {problem}. It was not sent. Check what the source reads.",
                HelpAnchors.AssertionSource);
        }

        Write(result, form, exchange);
        exchange.Assertion = result;
        exchange.Notes?.Assertion = UnverifiedJwt.TryRead(result.Assertion);
        return null;
    }

    /// <summary>An assertion that is bound to a certificate goes only over a connection with it.</summary>
    private static void Write(AssertionResult issued, TokenRequestForm form, TokenExchange exchange)
    {
        if (issued.Binding is { } certificate)
        {
            form.AddBoundAssertion(issued.Assertion!, certificate, exchange.BindsToken);
        }
        else
        {
            form.AddFederatedAssertion(issued.Assertion!);
        }
    }
}
