using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace WorkloadIdentity.Tests;

/// <summary><c>cert:/CurrentUser/My/…</c> is a certificate in a store; everything else is a file.</summary>
public sealed class CertificatePathTests
{
    private static readonly string Thumbprint = TestCertificate.One.GetCertHashString();

    public static TheoryData<string, StoreLocation, string> Stored => new()
    {
        { "cert:/CurrentUser/My/{0}", StoreLocation.CurrentUser, "My" },
        { "cert:/LocalMachine/My/{0}", StoreLocation.LocalMachine, "My" },
        { "Cert:/currentuser/my/{0}", StoreLocation.CurrentUser, "my" },
        { "CERT:/LOCALMACHINE/WebHosting/{0}", StoreLocation.LocalMachine, "WebHosting" },
        { @"Cert:\CurrentUser\My\{0}", StoreLocation.CurrentUser, "My" },
    };

    [Theory]
    [MemberData(nameof(Stored))]
    public async Task The_default_chain_takes_a_certificate_out_of_a_store(string path, StoreLocation location, string store)
    {
        var entra = Entra(string.Format(null, path, Thumbprint));
        entra.Stores[$"{location}/{store}"] = [TestCertificate.One, TestCertificate.Two];

        var result = await AcquireAsync(entra.Issues());

        Assert.Equal("default chain/client certificate", result.Token?.AcquiredBy);
        var assertion = new SentAssertion(entra.Server.Requests[0].Form["client_assertion"]);
        Assert.True(assertion.IsSignedBy(TestCertificate.One, RSASignaturePadding.Pss));
    }

    [Theory]
    [InlineData("cert:/CurrentUser/My")]
    [InlineData("cert:/CurrentUser/My/")]
    [InlineData("cert:/CurrentUser/My/canary")]
    [InlineData("cert:/CurrentUser//{0}")]
    [InlineData("cert:/CurrentUser/My/{0}/x")]
    [InlineData("cert:/Canary/My/{0}")]
    [InlineData("cert:/1/My/{0}")]
    [InlineData("cert:CurrentUser/My/{0}")]
    [InlineData("cert://CurrentUser/My/{0}")]
    public async Task A_name_that_is_none_is_no_file_but_a_mistake(string path)
    {
        var result = await AcquireAsync(Entra(string.Format(null, path, Thumbprint)));

        Assert.Equal((TokenVerdict.Failed, TokenErrorKind.InvalidConfiguration), (result.Verdict, result.Error!.Kind));
        Assert.Contains("AZURE_CLIENT_CERTIFICATE_PATH cannot be used", result.Error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("does not exist", result.Error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("canary", result.Error.Message, StringComparison.OrdinalIgnoreCase);
    }

    [Theory]
    [InlineData("/run/secrets/client.pem")]
    [InlineData(@"C:\certificates\client.pfx")]
    [InlineData("cert/client.pem")]
    [InlineData("certs:/CurrentUser/My/x")]
    public void Anything_else_is_a_file(string path) => Assert.Null(CertificatePath.Stored(path));

    private static EntraFake Entra(string path)
    {
        var entra = new EntraFake();
        entra.Variables["AZURE_TENANT_ID"] = EntraFake.Tenant;
        entra.Variables["AZURE_CLIENT_ID"] = EntraFake.ClientId;
        entra.Variables["AZURE_CLIENT_CERTIFICATE_PATH"] = path;
        return entra;
    }

    private static Task<TokenResult> AcquireAsync(EntraFake entra)
    {
        var options = new DefaultCredentialsOptions
        {
            Environment = entra.Environment(),
            HttpClient = entra.Server.Client,
            TimeProvider = entra.Clock,
        };
        return entra.AcquireAsync(DefaultCredentials.FromEnvironment(options));
    }
}
