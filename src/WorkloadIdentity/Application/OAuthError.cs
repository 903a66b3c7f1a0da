namespace WorkloadIdentity;

/// <summary>
/// The category of an error by its <c>error</c> and <c>suberror</c>. They decide if the response has no known code. Sources: RFC 6749
/// sections 4.1.2.1 and 5.2, OpenID Connect Core section 3.1.2.6, RFC 8707 section 2, and the sub-errors that MSAL names.
/// </summary>
internal static class OAuthError
{
    public const string TemporarilyUnavailable = "temporarily_unavailable";

    /// <summary>Every error and sub-error that is used.</summary>
    public static IReadOnlyList<string> Names { get; } =
    [
        "invalid_client", "invalid_grant", "unauthorized_client", "invalid_scope", "invalid_resource", "invalid_target", "invalid_request",
        "unsupported_grant_type", "server_error", TemporarilyUnavailable, "consent_required", "interaction_required", "login_required",
        "account_selection_required", "basic_action", "additional_action", "user_password_expired", "protection_policy_required",
    ];

    public static TokenErrorCategory Category(string? error, string? suberror) => (error, suberror) switch
    {
        (_, "consent_required") or ("consent_required", _) => TokenErrorCategory.Consent,
        (_, "basic_action" or "additional_action" or "user_password_expired") => TokenErrorCategory.InteractionRequired,
        ("interaction_required" or "login_required" or "account_selection_required", _) => TokenErrorCategory.InteractionRequired,
        (_, "protection_policy_required") => TokenErrorCategory.ConditionalAccess,
        ("invalid_client", _) => TokenErrorCategory.ClientCredential,
        ("invalid_grant", _) => TokenErrorCategory.Grant,
        ("unauthorized_client", _) => TokenErrorCategory.AppRegistration,
        ("invalid_scope", _) => TokenErrorCategory.Scope,
        ("invalid_resource" or "invalid_target", _) => TokenErrorCategory.Resource,
        ("invalid_request" or "unsupported_grant_type", _) => TokenErrorCategory.RequestBug,
        ("server_error", _) => TokenErrorCategory.ServiceError,
        (TemporarilyUnavailable, _) => TokenErrorCategory.Transient,
        _ => TokenErrorCategory.None,
    };
}
