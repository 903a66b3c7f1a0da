using Azure.Core;
using AzureAccessToken = Azure.Core.AccessToken;

namespace WorkloadIdentity.Azure;

/// <summary>
/// Any <see cref="TokenCredential"/> of the Azure SDK as a credential of ours: one's own cache, chain and handler in front of what is
/// already configured. Safe for concurrent use if the inner credential is; those of the Azure SDK are.
/// </summary>
/// <remarks>
/// <para>Azure's own cache stays below: renewing a token that an API rejected without claims may bring the same token again, and then the
/// API's 401 is returned.</para>
/// <para>A chain of Azure's (<c>DefaultAzureCredential</c>) still decides for itself who it is; a <see cref="CredentialChain"/> of single
/// credentials decides by verdict.</para>
/// </remarks>
public sealed class AzureCredential : Credential
{
    private readonly TokenCredential _inner;

    /// <summary>Puts <paramref name="inner"/> behind our cache, chain and handler.</summary>
    /// <param name="inner">What is asked for tokens. It is not disposed.</param>
    /// <exception cref="ArgumentException"><paramref name="inner"/> is itself a token acquirer of ours: it would be asked in a circle, or
    /// cached twice.</exception>
    public AzureCredential(TokenCredential inner)
    {
        ArgumentNullException.ThrowIfNull(inner);
        if (inner is AcquirerTokenCredential)
        {
            throw new ArgumentException(
                "This TokenCredential was made of a token acquirer (AsTokenCredential). Use that acquirer's credential itself.",
                nameof(inner));
        }

        _inner = inner;
        Name = $"azure {inner.GetType().Name}";
    }

    /// <summary><c>azure</c> and the inner credential's type, such as <c>azure DefaultAzureCredential</c>.</summary>
    public override string Name { get; }

    /// <summary>
    /// Whether the inner credential asks in the tenant a request names. Off, such requests fail: some credentials of the Azure SDK (managed
    /// identity among them) ignore the tenant and would answer with a token for another one. Set it for those that honour it, such as
    /// <c>ClientSecretCredential</c> with the tenant in <c>AdditionallyAllowedTenants</c>.
    /// </summary>
    public bool HonoursTenant { get; init; }

    /// <inheritdoc/>
    protected override RequestFeatures Supports =>
        RequestFeatures.Claims | (HonoursTenant ? RequestFeatures.TenantId : RequestFeatures.None);

    /// <inheritdoc/>
    protected override async ValueTask<TokenResult> AcquireCoreAsync(Acquisition acquisition, CancellationToken cancellationToken)
    {
        var request = acquisition.Request;
        var asked =
            new TokenRequestContext([request.Scope], parentRequestId: null, acquisition.Claims, request.TenantId, request.ContinuousAccess);
        AzureAccessToken token;
        try
        {
            // On a thread of its own and waited for with our limit: code that blocks, or ignores its cancellation, holds nobody up.
            token = await Task.Run(() => _inner.GetTokenAsync(asked, cancellationToken).AsTask(), CancellationToken.None)
                .WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            // Azure credentials wrap the caller's cancellation in exceptions of their own.
            cancellationToken.ThrowIfCancellationRequested();
            return ForeignFailure.Judge(Name, exception, request);
        }

        return Judge(token, request);
    }

    private TokenResult Judge(AzureAccessToken token, TokenRequest request)
    {
        if (string.IsNullOrEmpty(token.Token))
        {
            return Invalid("gave no token", request);
        }

        if (token.BindingCertificate is not null)
        {
            return Invalid("gave a token bound to a certificate, which a header alone cannot present", request);
        }

        try
        {
            return TokenResult.Issued(new AccessToken(token.Token, token.ExpiresOn, token.RefreshOn, token.TokenType));
        }
        catch (ArgumentException)
        {
            return Invalid("gave a token with a character that no Bearer token has (RFC 6750)", request);
        }
    }

    private TokenResult Invalid(string what, TokenRequest request) => TokenResult.Failed(
        new TokenError(
            TokenErrorKind.InvalidResponse, $"The credential '{Name}' {what}. Look at what it is made of: nothing was sent to an API.")
        {
            Scope = request.Scope,
            TenantId = request.TenantId,
        });
}
