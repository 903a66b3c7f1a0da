using System.Diagnostics;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace WorkloadIdentity;

/// <summary>The input of one token request: the application, the tenant and the scope. One acquisition has one exchange.</summary>
internal sealed class TokenExchange
{
    public required Authority Authority { get; init; }

    public required string TenantId { get; init; }

    public required string ClientId { get; init; }

    public required TokenRequest Request { get; init; }

    /// <summary>The <c>claims</c> field; null leaves it out.</summary>
    public string? Claims { get; init; }

    /// <summary>What an API's challenge demanded, for assertion sources that can carry it.</summary>
    public string? ChallengeClaims { get; init; }

    public required WorkloadEnvironment Environment { get; init; }

    public required TimeProvider TimeProvider { get; init; }

    /// <summary>Whether it is made for a report: see <see cref="Acquisition.IsReport"/>.</summary>
    public bool IsReport { get; init; }

    /// <summary>Whether the token is to be bound to the certificate that proves the application.</summary>
    public bool BindsToken { get; init; }

    /// <summary>Where a report's notes are taken; null when nobody reads them.</summary>
    public ReportNotes? Notes { get; init; }

    public ILogger Logger { get; init; } = NullLogger.Instance;

    /// <summary>What foreign assertions are addressed to unless the application says otherwise; null where it must say.</summary>
    public string? AssertionAudience { get; init; }

    /// <summary>Whether other credentials wait behind this one in a chain.</summary>
    public bool HasAlternatives { get; init; }

    /// <summary>
    /// The URI that is posted to, and that assertions of our own are addressed to. The tenant was checked
    /// (<see cref="WorkloadIdentity.TenantId"/>), so it is one segment.
    /// </summary>
    public Uri Endpoint => field ??= new Uri($"{Authority.Uri.GetLeftPart(UriPartial.Authority)}/{TenantId}/oauth2/v2.0/token");

    /// <summary>One for all attempts: Entra's sign-in log then shows them together.</summary>
    public string CorrelationId { get; private init; } = Guid.NewGuid().ToString("D");

    /// <summary>
    /// Why the last secret, certificate or assertion was not accepted; null in the first attempt. If it is set, a source must not answer
    /// from its cache.
    /// </summary>
    public TokenError? Refusal { get; set; }

    /// <summary>The agent identity's own token for the exchange. When set, the token is requested for the agent's user.</summary>
    [DebuggerBrowsable(DebuggerBrowsableState.Never)]
    public string? AgentToken { get; private init; }

    /// <summary>The federated assertion that was written last, with the certificate that it may be bound to; null before.</summary>
    public AssertionResult? Assertion { get; set; }

    /// <summary>Whether to sign with RS256, although the key supports PS256.</summary>
    public bool UseRs256 { get; set; }

    /// <summary>What an assertion source is asked for this exchange. As tokens for users are not bound, their assertions are not.</summary>
    public AssertionRequest ToAssertionRequest() => new(Authority.Uri, TenantId, ClientId, Request.Scope)
    {
        Audience = AssertionAudience,
        FmiPath = Request.FmiPath,
        Binding = Request.IsForUser ? TokenBinding.None : Request.Binding,
        Claims = ChallengeClaims,
        Refusal = Refusal,
        IsReport = IsReport,
        HasAlternatives = HasAlternatives,
        Environment = Environment,
        TimeProvider = TimeProvider,
    };

    /// <summary>The same exchange for an ordinary token.</summary>
    public TokenExchange WithoutBinding() => Copy(Request, Claims, AgentToken, bindsToken: false);

    /// <summary>The request of the agent identity itself for its token of the exchange, by which it may act as its user.</summary>
    public TokenExchange ForAgentToken(TokenRequest request) => Copy(request, claims: null, agentToken: null);

    /// <summary>This request, with the agent identity's token of the exchange and with the assertion that was used to get it.</summary>
    public TokenExchange WithAgentToken(string token, AssertionResult? assertion)
    {
        var copy = Copy(Request, Claims, token);
        copy.Assertion = assertion;
        return copy;
    }

    private TokenExchange Copy(TokenRequest request, string? claims, string? agentToken, bool? bindsToken = null) => new()
    {
        Authority = Authority,
        TenantId = TenantId,
        ClientId = ClientId,
        Request = request,
        Claims = claims,
        ChallengeClaims = claims is null ? null : ChallengeClaims,
        Environment = Environment,
        TimeProvider = TimeProvider,
        IsReport = IsReport,
        BindsToken = bindsToken ?? BindsToken,
        Notes = Notes,
        Logger = Logger,
        AssertionAudience = AssertionAudience,
        HasAlternatives = HasAlternatives,
        CorrelationId = CorrelationId,
        AgentToken = agentToken,
    };
}
