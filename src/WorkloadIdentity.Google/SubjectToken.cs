using Google.Apis.Auth.OAuth2;

namespace WorkloadIdentity.Google;

/// <summary>The acquirer's token, which Google's library asks for at each exchange.</summary>
internal sealed class SubjectToken(ITokenAcquirer acquirer, TokenRequest request)
    : ProgrammaticExternalAccountCredential.ISubjectTokenProvider
{
    public async Task<string> GetSubjectTokenAsync(
        ProgrammaticExternalAccountCredential caller, CancellationToken cancellationToken) =>
        (await acquirer.GetTokenAsync(request, cancellationToken).ConfigureAwait(false)).Value;
}
