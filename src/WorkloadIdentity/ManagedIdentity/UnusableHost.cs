namespace WorkloadIdentity;

/// <summary>A host that is detected but cannot be used. It reports the problem, and no other host is used in its place.</summary>
internal sealed class UnusableHost(
    string name, string reason, ManagedIdentityCredentialOptions options) : ManagedIdentityHost(name, options)
{
    protected override (HttpRequestMessage? Message, TokenError? Error) Write(ManagedIdentityRequest request) =>
        (null, request.Error(TokenErrorKind.InvalidConfiguration, reason, HelpAnchors.ManagedIdentity));
}
