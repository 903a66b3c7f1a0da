using System.Diagnostics.CodeAnalysis;

namespace WorkloadIdentity;

/// <summary>The request that an <see cref="AssertionSource"/> gets: what the assertion is for. Immutable.</summary>
public sealed class AssertionRequest
{
    /// <summary>A request for an assertion of one application in one tenant.</summary>
    /// <param name="authority">Scheme and host of the authority that the assertion is sent to.</param>
    /// <param name="tenantId">The tenant in which the application gets a token.</param>
    /// <param name="clientId">The application that the assertion represents.</param>
    /// <param name="scope">The scope of the token.</param>
    public AssertionRequest(Uri authority, string tenantId, string clientId, string scope)
    {
        ArgumentNullException.ThrowIfNull(authority);
        ArgumentException.ThrowIfNullOrEmpty(tenantId);
        ArgumentException.ThrowIfNullOrEmpty(clientId);
        ArgumentException.ThrowIfNullOrEmpty(scope);
        Authority = authority;
        TenantId = tenantId;
        ClientId = clientId;
        Scope = scope;
    }

    /// <summary>Scheme and host of the authority that the assertion is sent to.</summary>
    public Uri Authority { get; }

    /// <summary>The tenant in which the application gets a token.</summary>
    public string TenantId { get; }

    /// <summary>The application that the assertion represents.</summary>
    public string ClientId { get; }

    /// <summary>The scope of the token.</summary>
    public string Scope { get; }

    /// <summary>
    /// The audience that the assertion must have (its <c>aud</c>). Null if the authority is not one of Entra's clouds and the application
    /// set none. A source that chooses the audience calls <see cref="RequireAudience"/>.
    /// </summary>
    public string? Audience { get; init; }

    /// <summary>The <c>fmi_path</c> of the token request; null without one.</summary>
    public string? FmiPath { get; init; }

    /// <summary>
    /// Whether the token is to be bound to a certificate. It is, if the assertion is
    /// (<see cref="AssertionResult.Issued(string, System.Security.Cryptography.X509Certificates.X509Certificate2)"/>).
    /// </summary>
    [Experimental(BoundTokens.Diagnostic)]
    public TokenBinding Binding { get; init; }

    /// <summary>The claims that an API's challenge requires, as a JSON object; null if there are none.</summary>
    public string? Claims { get; init; }

    /// <summary>
    /// Entra's error that refused the last assertion; null in the first attempt. If it is set, do not return a cached assertion.
    /// </summary>
    public TokenError? Refusal { get; init; }

    /// <summary>Whether this is for a report. A source that calls a credential passes it on.</summary>
    internal bool IsReport { get; init; }

    /// <summary>
    /// Whether a chain has further credentials. The source should then find out within about a second whether it is available.
    /// </summary>
    public bool HasAlternatives { get; init; }

    /// <summary>Where a source reads variables and files: the application's, or that of a test.</summary>
    public WorkloadEnvironment Environment { get; init; } = WorkloadEnvironment.FromProcess();

    /// <summary>The clock of a source's delays and time limits.</summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;

    /// <summary>The audience, for a source that needs one.</summary>
    /// <exception cref="TokenAcquisitionException">
    /// None is known. The exception becomes the verdict. An audience is never guessed, because an assertion for another cloud's audience
    /// would be accepted there.
    /// </exception>
    public string RequireAudience() => Audience ?? throw new TokenAcquisitionException(new TokenError(
        TokenErrorKind.InvalidConfiguration,
        $"No audience is known for assertions that are sent to {Authority.Authority}. Set the audience of the federated credential: new "
            + "FederatedAuthentication(source, audience: \"api://…\").")
    {
        TenantId = TenantId,
        ClientId = ClientId,
        Scope = Scope,
        HelpAnchor = HelpAnchors.AssertionAudience,
    });

    /// <summary>Application, tenant and authority; no secret.</summary>
    public override string ToString() => $"An assertion for application {ClientId} in tenant {TenantId} at {Authority.Authority}";
}
