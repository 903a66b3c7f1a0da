using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using Azure.Core;
using Azure.Identity;
using WorkloadIdentity.Testing;

namespace WorkloadIdentity.IntegrationTests;

/// <summary>
/// The proxy of an AKS identity binding, as a server that keeps connections open. It refuses the assertion, which is an answer over TLS.
/// </summary>
[Collection(PeerCollection.Name)]
public sealed class IdentityBindingPeerTests
{
    private const string Tenant = "72f988bf-86f1-41af-91ab-2d7cd011db47";
    private const string Assertion =
        "eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJodHRwczovL29pZGMuZXhhbXBsZSIsImF1ZCI6WyJhcGk6Ly9BS1NJZGVudGl0eUJpbmRpbmciXX0.c2ln";

    private const string Scope = "https://graph.microsoft.com/.default";

    [Fact]
    public async Task Both_trust_a_rotated_authority_at_once_on_open_connections()
    {
        await using var proxy = await EntraEmulator.StartAsync();
        using var token = new TemporaryFile(Assertion);
        using var authority = new TemporaryFile(Pem(proxy.CertificateAuthority));
        using var variables = new ProcessVariables(new Dictionary<string, string>
        {
            ["AZURE_KUBERNETES_TOKEN_PROXY"] = proxy.SecureAddress.AbsoluteUri,
            ["AZURE_KUBERNETES_CA_FILE"] = authority.Path,
        });
        var ours = new ApplicationCredential(
            Tenant,
            PeerSituation.ClientId,
            new FederatedAuthentication(AssertionSource.FromFile(token.Path)),
            new ApplicationCredentialOptions { UseIdentityBinding = true, Retry = new WorkloadIdentity.RetryOptions { MaxAttempts = 1 } });
        var options = new WorkloadIdentityCredentialOptions
        {
            TenantId = Tenant,
            ClientId = PeerSituation.ClientId,
            TokenFilePath = token.Path,
            IsAzureProxyEnabled = true,
            DisableInstanceDiscovery = true,
        };
        options.Retry.MaxRetries = 0;
        var theirs = new WorkloadIdentityCredential(options);
        Assert.Equal(("refused", "refused"), (await OursAsync(ours), await TheirsAsync(theirs)));

        await using var another = await EntraEmulator.StartAsync();
        await File.WriteAllTextAsync(authority.Path, Pem(another.CertificateAuthority));

        Assert.Equal("not trusted", await OursAsync(ours));
        Assert.Equal("not trusted", await TheirsAsync(theirs));
    }

    private static string Pem(X509Certificate2 certificate) => certificate.ExportCertificatePem() + "\n";

    private static async Task<string> OursAsync(Credential credential)
    {
        var result = await credential.AcquireAsync(new Acquisition(new TokenRequest(Scope)), CancellationToken.None);
        return result.Error switch
        {
            { Kind: TokenErrorKind.Refused } => "refused",
            { Exception: HttpRequestException { InnerException: AuthenticationException } } => "not trusted",
            _ => result.ToString(),
        };
    }

    private static async Task<string> TheirsAsync(TokenCredential credential)
    {
        try
        {
            await credential.GetTokenAsync(new TokenRequestContext([Scope]), CancellationToken.None);
            return "issued";
        }
        catch (AuthenticationFailedException exception)
        {
            var told = exception.ToString();
            return told.Contains("AADSTS", StringComparison.Ordinal) ? "refused"
                : told.Contains(nameof(AuthenticationException), StringComparison.Ordinal) ? "not trusted"
                : told;
        }
    }
}
