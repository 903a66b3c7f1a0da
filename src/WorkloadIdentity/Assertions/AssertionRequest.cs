namespace WorkloadIdentity;

/// <summary>What an assertion is wanted for. Immutable.</summary>
public sealed class AssertionRequest
{
    /// <summary>An assertion for one application in one tenant.</summary>
    /// <param name="authority">Scheme and host of the authority it will be shown to.</param>
    /// <param name="tenantId">The tenant that will be asked.</param>
    /// <param name="clientId">The application it stands for.</param>
    /// <param name="scope">What the token will be for.</param>
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

    /// <summary>Scheme and host of the authority it will be shown to.</summary>
    public Uri Authority { get; }

    /// <summary>The tenant that will be asked.</summary>
    public string TenantId { get; }

    /// <summary>The application it stands for.</summary>
    public string ClientId { get; }

    /// <summary>What the token will be for.</summary>
    public string Scope { get; }

    /// <summary>
    /// What the assertion must be addressed to (its <c>aud</c>). Null where the authority is none of Entra's clouds and the application
    /// stated none: sources that choose the audience use <see cref="RequireAudience"/>.
    /// </summary>
    public string? Audience { get; init; }

    /// <summary>The <c>fmi_path</c> of the token request; null without one.</summary>
    public string? FmiPath { get; init; }

    /// <summary>The claims an API's challenge demanded, as a JSON object; null when none were.</summary>
    public string? Claims { get; init; }

    /// <summary>
    /// Entra's error that refused the last assertion; null in the first attempt. If it is set, do not return a cached assertion.
    /// </summary>
    public TokenError? Refusal { get; init; }

    /// <summary>Whether it is asked for a report: a source that asks a credential passes it on.</summary>
    internal bool IsReport { get; init; }

    /// <summary>
    /// Whether other credentials wait behind this one, so that "is it here at all?" should be answered within about a second.
    /// </summary>
    public bool HasAlternatives { get; init; }

    /// <summary>Where sources of this library read variables and files.</summary>
    internal WorkloadEnvironment Environment { get; init; } = WorkloadEnvironment.FromProcess();

    /// <summary>The clock of their delays and time limits.</summary>
    internal TimeProvider TimeProvider { get; init; } = TimeProvider.System;

    /// <summary>The audience, for a source that cannot do without.</summary>
    /// <exception cref="TokenAcquisitionException">None is known; it becomes the verdict. An audience is never guessed: the wrong cloud's
    /// would be trusted there.</exception>
    public string RequireAudience() => Audience ?? throw new TokenAcquisitionException(new TokenError(
        TokenErrorKind.InvalidConfiguration,
        $"No audience is known for assertions shown to {Authority.Authority}. State the one of the federated credential: new "
            + $"FederatedAuthentication(source, audience: \"api://…\").")
    {
        TenantId = TenantId,
        ClientId = ClientId,
        Scope = Scope,
        HelpAnchor = HelpAnchors.AssertionAudience,
    });

    /// <summary>Who asks whom for what; no secret.</summary>
    public override string ToString() => $"An assertion for application {ClientId} in tenant {TenantId} at {Authority.Authority}";
}
