using Azure.Core;
using AzureAccessToken = Azure.Core.AccessToken;

namespace WorkloadIdentity.Azure;

/// <summary>
/// Uses any <see cref="TokenCredential"/> of the Azure SDK as a credential of this library, with its cache, chain and handler. Safe for
/// concurrent use if the inner credential is; those of the Azure SDK are.
/// </summary>
/// <remarks>
/// <para>Azure's own cache is still used. If an API rejects a token without claims, the renewal may return the same token, and then the
/// API's 401 is returned.</para>
/// <para>An Azure chain (<c>DefaultAzureCredential</c>) still chooses its own credential; a <see cref="CredentialChain"/> of single
/// credentials decides by verdict.</para>
/// </remarks>
public sealed class AzureCredential : Credential
{
    private readonly TokenCredential _inner;

    /// <summary>Wraps <paramref name="inner"/>.</summary>
    /// <param name="inner">The credential to ask for tokens. It is not disposed.</param>
    /// <exception cref="ArgumentException"><paramref name="inner"/> was made of a token acquirer: it would call itself, or its tokens be
    /// cached twice.</exception>
    public AzureCredential(TokenCredential inner)
    {
        ArgumentNullException.ThrowIfNull(inner);
        if (inner is AcquirerTokenCredential)
        {
            throw new ArgumentException(
                "This TokenCredential was made of a token acquirer (AsTokenCredential). Use that acquirer's credential instead.",
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
            // Runs on its own thread with our time limit, so that code that blocks or ignores cancellation delays no caller.
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
            return Invalid("returned no token", request);
        }

        if (token.BindingCertificate is not null)
        {
            return Invalid("returned a token bound to a certificate, which an Authorization header alone cannot use", request);
        }

        try
        {
            return TokenResult.Issued(new AccessToken(token.Token, token.ExpiresOn, token.RefreshOn, token.TokenType));
        }
        catch (ArgumentException)
        {
            return Invalid("returned a token with a character that is not allowed in a Bearer token (RFC 6750)", request);
        }
    }

    private TokenResult Invalid(string what, TokenRequest request) => TokenResult.Failed(
        new TokenError(
            TokenErrorKind.InvalidResponse, $"The credential '{Name}' {what}. Nothing was sent to an API. Check its configuration.")
        {
            Scope = request.Scope,
            TenantId = request.TenantId,
        });
}
