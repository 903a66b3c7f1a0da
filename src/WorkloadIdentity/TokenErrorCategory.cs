namespace WorkloadIdentity;

/// <summary>
/// What Entra refused for, made from its error codes
/// (<see href="https://learn.microsoft.com/entra/identity-platform/reference-error-codes">AADSTS codes</see>), or from its OAuth error
/// where it sends no code that is known here. Entra may change codes at any time: use a category to explain and to sort, not to build
/// protocol on.
/// </summary>
public enum TokenErrorCategory
{
    /// <summary>Neither a code nor an OAuth error that is known here.</summary>
    None,

    /// <summary>The application or its service principal is disabled.</summary>
    AppDisabled,

    /// <summary>The application does not exist in the tenant that was asked, or has no service principal there.</summary>
    AppNotFound,

    /// <summary>The application is registered in a way that rules out this kind of client authentication.</summary>
    AppRegistration,

    /// <summary>A client assertion was not accepted for what it says or how it is signed.</summary>
    AssertionContent,

    /// <summary>A client assertion was outside its validity window.</summary>
    AssertionTime,

    /// <summary>The tenant belongs to another cloud, or the authority host is wrong.</summary>
    Authority,

    /// <summary>The principal is not assigned to the resource application or lacks a role.</summary>
    Authorization,

    /// <summary>The certificate was not accepted: not registered, expired, revoked or too weak.</summary>
    ClientCertificate,

    /// <summary>The client credential as a whole was not accepted.</summary>
    ClientCredential,

    /// <summary>The client secret is wrong or has expired.</summary>
    ClientSecret,

    /// <summary>A Conditional Access policy refused.</summary>
    ConditionalAccess,

    /// <summary>Consent is missing or was withdrawn.</summary>
    Consent,

    /// <summary>A cross-tenant access policy refused.</summary>
    CrossTenant,

    /// <summary>The application has no usable federated credential.</summary>
    FederationConfig,

    /// <summary>Entra could not read the keys of the external issuer.</summary>
    FederationIssuer,

    /// <summary>No federated credential matches the issuer, subject or audience of the assertion.</summary>
    FederationMismatch,

    /// <summary>Tenant policy forbids this federated credential.</summary>
    FederationPolicy,

    /// <summary>The grant has expired or was revoked.</summary>
    Grant,

    /// <summary>The user must interact: pass the claims on to the caller (<see cref="TokenError.ToChallenge"/>).</summary>
    InteractionRequired,

    /// <summary>The attestation behind a bound managed identity credential was not accepted.</summary>
    ManagedIdentityAttestation,

    /// <summary>A certificate-bound request was not accepted.</summary>
    MutualTls,

    /// <summary>A network or tenant restriction refused.</summary>
    NetworkPolicy,

    /// <summary>A code of user sign-in flows; reported as it came.</summary>
    NotWorkload,

    /// <summary>The user assertion of an on-behalf-of request was not accepted.</summary>
    OnBehalfOf,

    /// <summary>The service asked to be redirected, which is never done with credentials.</summary>
    Redirect,

    /// <summary>A regional endpoint refused this kind of caller.</summary>
    Regional,

    /// <summary>The request was malformed.</summary>
    RequestBug,

    /// <summary>The resource of the scope does not exist or is disabled in the tenant.</summary>
    Resource,

    /// <summary>The scope is not valid.</summary>
    Scope,

    /// <summary>The service failed in a way that asking again does not mend.</summary>
    ServiceError,

    /// <summary>The tenant was not found or not named.</summary>
    Tenant,

    /// <summary>The service asked for fewer requests.</summary>
    Throttling,

    /// <summary>The service failed in passing.</summary>
    Transient,

    /// <summary>The user could not be authenticated.</summary>
    UserAuth,
}
