namespace WorkloadIdentity;

/// <summary>The words of tokens that are bound to a certificate.</summary>
internal static class BoundTokens
{
    /// <summary>The diagnostic of the public members about them: Entra offers them as a preview.</summary>
    public const string Diagnostic = "WIBOUND001";

    /// <summary>The <c>token_type</c> of a token request and of its response, and the scheme of the Authorization header.</summary>
    public const string TokenType = "mtls_pop";
}
