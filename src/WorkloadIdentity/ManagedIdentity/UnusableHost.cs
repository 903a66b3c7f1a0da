namespace WorkloadIdentity;

/// <summary>A host that is recognised and cannot be used: it says so, and never lets another host answer in its place.</summary>
internal sealed class UnusableHost(
    string name, string reason, ManagedIdentityCredentialOptions options) : ManagedIdentityHost(name, options)
{
    protected override (HttpRequestMessage? Message, TokenError? Error) Write(ManagedIdentityRequest request) =>
        (null, request.Error(TokenErrorKind.InvalidConfiguration, reason, HelpAnchors.ManagedIdentity));
}
