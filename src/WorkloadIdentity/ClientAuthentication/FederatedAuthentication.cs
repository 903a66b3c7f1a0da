namespace WorkloadIdentity;

/// <summary>
/// An assertion by another issuer that this application trusts through a federated credential
/// (<see href="https://learn.microsoft.com/entra/workload-id/workload-identity-federation">workload identity federation</see>, RFC 7523):
/// no secret to store. The assertion is asked for at each use. Safe for concurrent use.
/// </summary>
public sealed class FederatedAuthentication : ClientAuthentication
{
    internal static readonly TimeSpan MaxPropagationTolerance = TimeSpan.FromMinutes(15);

    private readonly AssertionSource _source;
    private readonly string? _audience;

    /// <summary>Federation with the assertions of <paramref name="source"/>.</summary>
    /// <param name="source">Where assertions come from.</param>
    /// <param name="audience">
    /// What assertions are addressed to, exactly as in the federated credential; null takes the one of the cloud
    /// (<c>api://AzureADTokenExchange</c> in the public one). At an authority that is none of Entra's clouds it must be given.
    /// </param>
    /// <exception cref="ArgumentException"><paramref name="audience"/> is empty or holds a control character.</exception>
    public FederatedAuthentication(AssertionSource source, string? audience = null)
    {
        ArgumentNullException.ThrowIfNull(source);
        _source = source;
        _audience = audience is null ? null : Guard.Text(audience, "The audience", "api://AzureADTokenExchange");
    }

    /// <summary>
    /// For how long a refusal for want of a matching federated credential (AADSTS70021, 700211 to 700213, 70025) is met by asking again,
    /// with a new assertion each time: one that was made just now is not known everywhere for some minutes. It fits programs that run right
    /// behind the deployment that makes it; anywhere else it only delays the error. <see cref="TokenAcquirerOptions.AcquisitionTimeLimit"/>
    /// lies over it.
    /// </summary>
    /// <value>At most 15 minutes. The default is zero: such a refusal is told at once.</value>
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

    internal override string Place => _source.LooksFor ?? $"assertions of '{_source.Name}'";

    internal override TimeSpan Tolerance => PropagationTolerance;

    internal override async ValueTask<TokenResult?> WriteAsync(
        TokenRequestForm form, TokenExchange exchange, CancellationToken cancellationToken)
    {
        var result = await _source.GetAssertionAsync(
            new AssertionRequest(exchange.Authority.Uri, exchange.TenantId, exchange.ClientId, exchange.Request.Scope)
            {
                Audience = _audience ?? exchange.AssertionAudience,
                FmiPath = exchange.Request.FmiPath,
                Claims = exchange.ChallengeClaims,
                Refusal = exchange.Refusal,
                IsReport = exchange.IsReport,
                HasAlternatives = exchange.HasAlternatives,
                Environment = exchange.Environment,
                TimeProvider = exchange.TimeProvider,
            },
            cancellationToken).ConfigureAwait(false);

        switch (result)
        {
            case null:
                return Unusable($"The assertion source '{Name}' returned no result (null).", HelpAnchors.AssertionSource);
            case { Verdict: TokenVerdict.Unavailable, Error: { } absent }:
                return TokenResult.Unavailable(absent);
            case { Error: { } failed }:
                return TokenResult.Failed(failed);
        }

        // What is not a JWT is something else that was put in its place, perhaps a secret: it is not sent anywhere.
        if (JwtForm.Problem(result.Assertion) is { } problem)
        {
            return Unusable(
                $"The assertion source '{Name}' gave something that {problem}, so it was not sent. Check what it reads.",
                HelpAnchors.AssertionSource);
        }

        form.AddFederatedAssertion(result.Assertion!);
        exchange.Notes?.Assertion = UnverifiedJwt.TryRead(result.Assertion);
        return null;
    }
}
