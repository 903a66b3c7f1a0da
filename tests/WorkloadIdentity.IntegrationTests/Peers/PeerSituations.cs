using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using static WorkloadIdentity.IntegrationTests.PeerSituation;

namespace WorkloadIdentity.IntegrationTests;

/// <summary>Every host and credential both libraries have: success with each kind of id, and what can go wrong.</summary>
internal static class PeerSituations
{
    private const string Probe = """{"error":"bad_request_102","error_description":"Required metadata header not specified"}""";
    private const string NotFound = """{"error":"invalid_request","error_description":"Identity not found"}""";

    private static readonly Dictionary<string, string> AppService =
        new() { ["IDENTITY_ENDPOINT"] = "http://127.0.0.1:8081/msi/token", ["IDENTITY_HEADER"] = "header" };
    private static readonly Dictionary<string, string> MachineLearning =
        new() { ["MSI_ENDPOINT"] = "http://127.0.0.1:8081/msi", ["MSI_SECRET"] = "secret", ["DEFAULT_IDENTITY_CLIENT_ID"] = ClientId };
    private static readonly Dictionary<string, string> CloudShell = new() { ["MSI_ENDPOINT"] = "http://localhost:50342/oauth2/token" };
    private static readonly Dictionary<string, string> Fabric = new()
    {
        ["IDENTITY_ENDPOINT"] = "https://localhost:2377/metadata/identity/oauth2/token",
        ["IDENTITY_HEADER"] = "header",
        ["IDENTITY_SERVER_THUMBPRINT"] = "0123456789abcdef0123456789abcdef01234567",
    };

    private static readonly Dictionary<string, string> Containers = new()
    {
        ["IDENTITY_HEADER"] = "header",
        ["IDENTITY_SERVER_THUMBPRINT"] = "0123456789abcdef0123456789abcdef01234567",
        ["IDENTITY_API_VERSION"] = "2020-05-01",
    };

    private static readonly Dictionary<string, string> WindowsContainers = new()
    {
        ["IDENTITY_ENDPOINT"] = "http://10.92.0.2:2377/metadata/identity/oauth2/token?api-version=1.0",
        ["IDENTITY_HEADER"] = "header",
    };

    private static readonly Dictionary<string, string> Application =
        new() { ["AZURE_TENANT_ID"] = "72f988bf-86f1-41af-91ab-2d7cd011db47", ["AZURE_CLIENT_ID"] = ClientId };

    public static Dictionary<string, string> Arc { get; } =
        new()
        {
            ["IDENTITY_ENDPOINT"] = "http://localhost:40342/metadata/identity/oauth2/token",
            [
            "IMDS_ENDPOINT"] = "http://localhost:40342"
        };

    public static IReadOnlyList<PeerSituation> All { get; } =
    [
        // Success, with each kind of id.
        new("IMDS"),
        new("IMDS by client id") { Identity = "client" },
        new("IMDS by object id") { Identity = "object" },
        new("IMDS by resource id") { Identity = "resource" },
        new("IMDS at another address") { Variables = { ["AZURE_POD_IDENTITY_AUTHORITY_HOST"] = "http://169.254.169.253" } },
        new("Container Instances") { Variables = Containers },
        new("Container Instances by client id") { Variables = Containers, Identity = "client" },
        new("Container Instances by object id") { Variables = Containers, Identity = "object" },
        new("Container Instances by resource id") { Variables = Containers, Identity = "resource" },
        new("Container Instances on Windows") { Variables = WindowsContainers, Differences = ["container-instances-on-windows"] },
        new("Container Instances on Windows by object id")
        {
            Variables = WindowsContainers,
            Identity = "object",
            Differences = ["container-instances-on-windows"],
        },
        new("App Service") { Variables = AppService },
        new("App Service by client id") { Variables = AppService, Identity = "client" },
        new("App Service by object id") { Variables = AppService, Identity = "object", Differences = ["app-service-object-id"] },
        new("App Service by resource id") { Variables = AppService, Identity = "resource" },
        new(
            "App Service of 2017") { Variables = new(MachineLearning.Where(pair => pair.Key != "DEFAULT_IDENTITY_CLIENT_ID")) { [
                "WEBSITE_SITE_NAME"] = "orders" }, Differences = ["app-service-of-2017"] },
        new("Azure ML") { Variables = MachineLearning },
        new("Azure ML by client id") { Variables = MachineLearning, Identity = "client" },
        new("Azure ML by object id") { Variables = MachineLearning, Identity = "object" },
        new("Azure ML without a default") { Variables = new(MachineLearning.Where(pair => pair.Key != "DEFAULT_IDENTITY_CLIENT_ID")) },
        new("Cloud Shell") { Variables = CloudShell, Differences = ["cloud-shell-header"] },
        new("Cloud Shell by client id") { Variables = CloudShell, Identity = "client" },
        new("Service Fabric") { Variables = Fabric, Differences = ["service-fabric-version"] },
        new("Service Fabric by client id") { Variables = Fabric, Identity = "client" },
        new("Service Fabric by object id") { Variables = Fabric, Identity = "object", Differences = ["service-fabric-object-id"] },
        new("Service Fabric by resource id") { Variables = Fabric, Identity = "resource" },
        new(
            "Azure Arc whose key file is missing") { Variables = Arc, Answers = [_ =>
                Answer(401, challenge: "Basic realm=/var/opt/azcmagent/tokens/none-1b9d.key")] },
        new(
            "Azure Arc whose key file is elsewhere") { Variables = Arc, Answers = [_ =>
                Answer(401, challenge: "Basic realm=/etc/passwd.key")] },
        new("Azure Arc without a path") { Variables = Arc, Answers = [_ => Answer(401, challenge: "Basic")] },
        new("Azure Arc without a challenge") { Variables = Arc, Differences = ["arc-no-challenge"] },
        new("Azure Arc by client id")
        {
            Variables = Arc,
            Identity = "client",
            Answers = [_ => Answer(401, challenge: "Basic realm=/var/opt/azcmagent/tokens/none-1b9d.key")],
        },

        // What can go wrong.
        new("App Service refuses") { Variables = AppService, Answers = [_ => Answer(400, """{"statusCode":400,"message":"x"}""")] },
        new(
            "App Service answers without an expiry") { Variables = AppService, Answers = [_ =>
                Answer(200, """{"access_token":"t","token_type":"Bearer"}""")] },
        new(
            "App Service answers for another identity") { Variables = AppService, Identity = "client", Answers = [_ =>
                Token($",\"client_id\":\"{ObjectId}\"")], Differences = ["another-identity"] },
        new(
            "App Service answers for another resource") { Variables = AppService, Answers = [_ =>
                Token(",\"resource\":\"https://another.example\"")], Differences = ["another-resource"] },
        new(
            "App Service answers with another type") { Variables = AppService, Answers = [_ =>
                Answer(200, $$"""{"access_token":"t","expires_on":"{{In(TimeSpan.FromHours(1))}}","token_type":"mac"}""")],
                Differences = ["token-type"] },
        new(
            "App Service answers with a year of life") { Variables = AppService, Answers = [_ =>
                Token(expiresOn: In(TimeSpan.FromDays(365)))], Differences = ["absurd-expiry"] },
        new(
            "App Service answers a page") { Variables = AppService, Answers = [_ =>
                Answer(200, "<html></html>")], Differences = ["page-instead-of-token"] },
        new("App Service answers with an expiry that cannot be read beside one that can")
        {
            Variables = AppService,
            Answers = [_ => Answer(200, """{"access_token":"t","expires_on":"soon","expires_in":"3600","token_type":"Bearer"}""")],
        },
        new("App Service refuses with success")
        {
            Variables = AppService,
            Answers = [_ => Answer(200, """{"error":"invalid_resource"}""")],
        },
        new("App Service by a scope without its suffix") { Variables = AppService, Suffix = "", Differences = ["scope-without-suffix"] },
        new("IMDS by a scope without its suffix") { Suffix = "", Differences = ["scope-without-suffix"] },
        new("Azure ML without an identity")
        {
            Variables = new(MachineLearning) { ["DEFAULT_IDENTITY_CLIENT_ID"] = "clientid" },
            Differences = ["azure-ml-without-identity"],
        },
        new(
            "App Service in the open") { Variables = new(
                AppService) { ["IDENTITY_ENDPOINT"] = "http://10.0.0.1/msi/token" }, Differences = ["plain-http"] },
        new(
            "Azure Arc elsewhere") { Variables = new(
                Arc) { ["IDENTITY_ENDPOINT"] = "https://arc.example/token" }, Differences = ["loopback-only"] },
        new(
            "Cloud Shell elsewhere") { Variables = new(
                CloudShell) { ["MSI_ENDPOINT"] = "https://shell.example/token" }, Differences = ["loopback-only"] },
        new(
            "Service Fabric over plain http") { Variables = new(
                Fabric) { ["IDENTITY_ENDPOINT"] = "http://localhost:2377/token" }, Differences = ["plain-http"] },
        new(
            "Half of a host") { Variables = new() { [
                "IDENTITY_ENDPOINT"] = "http://127.0.0.1:8081/msi/token" }, Differences = ["half-a-host"] },
        new("IMDS without an identity") { Answers = [_ => Answer(400, NotFound)], Differences = ["identity-not-found"] },
        new("IMDS without that identity") { Identity = "client", Answers = [_ => Answer(400, NotFound)] },
        new("IMDS behind a portal") { Answers = [_ => Answer(200, "<html></html>")], Differences = ["page-instead-of-token"] },

        // Applications.
        new(
            "Secret") { Identity = "chain", Variables = new(
                Application) { ["AZURE_CLIENT_SECRET"] = "a secret with + / = & ü" }, Answers = [_ => Entra()] },
        new("Secret in another cloud")
        {
            Identity = "chain",
            Variables = new(
                Application) { ["AZURE_CLIENT_SECRET"] = "secret", ["AZURE_AUTHORITY_HOST"] = "https://login.microsoftonline.us/" },
            Answers = [_ => Entra()],
        },
        new("Secret that is refused")
        {
            Identity = "chain",
            Variables = new(Application) { ["AZURE_CLIENT_SECRET"] = "secret" },
            Answers = [_ => Answer(401, """{"error":"invalid_client","error_description":"AADSTS7000215: x","error_codes":[7000215]}""")],
        },
        new("Secret without a tenant")
        {
            Identity = "chain",
            Variables = { ["AZURE_CLIENT_ID"] = ClientId, ["AZURE_CLIENT_SECRET"] = "secret" },
            Answers = [_ => Answer(400, Probe), _ => Token()],
            Differences = ["half-a-configuration"],
        },
        new(
            "Certificate") { Identity = "chain", Variables = Application, Files = { [
                "AZURE_CLIENT_CERTIFICATE_PATH"] = Pem() }, Answers = [_ => Entra()] },
        new("Certificate that is sent along")
        {
            Identity = "chain",
            Variables = new(Application) { ["AZURE_CLIENT_SEND_CERTIFICATE_CHAIN"] = "true" },
            Files = { ["AZURE_CLIENT_CERTIFICATE_PATH"] = Pem() },
            Answers = [_ => Entra()],
            Differences = ["certificate-chain-is-an-array"],
        },
        new(
            "Certificate that is not there") { Identity = "chain", Variables = new(
                Application) { ["AZURE_CLIENT_CERTIFICATE_PATH"] = "/none-1b9d.pem" }, Differences = ["missing-certificate-file"] },
        new(
            "Federated token file") { Identity = "chain", Variables = Application, Files = { [
                "AZURE_FEDERATED_TOKEN_FILE"] = "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJ4In0.c2ln" }, Answers = [_ => Entra()] },
        new("Federated token file with a line break")
        {
            Identity = "chain",
            Variables = Application,
            Files = { ["AZURE_FEDERATED_TOKEN_FILE"] = "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJ4In0.c2ln\n" },
            Answers = [_ => Entra()],
            Differences = ["token-file-white-space"],
        },
        new(
            "Federated token file that is not there") { Identity = "chain", Variables = new(
                Application) { ["AZURE_FEDERATED_TOKEN_FILE"] = "/none-1b9d" } },

        // The default chain.
        new("Chain on IMDS") { Identity = "chain", Answers = [_ => Answer(400, Probe), _ => Token()] },
        new("Chain on IMDS with a client id")
        {
            Identity = "chain",
            Variables = { ["AZURE_CLIENT_ID"] = ClientId },
            Answers = [request => request.Headers.Contains("Metadata") ? Token() : Answer(400, Probe)],
            Differences = ["named-identity-is-not-probed"],
        },
        new("Chain on App Service") { Identity = "chain", Variables = AppService },
        new("Chain on App Service with a client id") { Identity = "chain", Variables = new(AppService) { ["AZURE_CLIENT_ID"] = ClientId } },
        new("Chain on Container Instances")
        {
            Identity = "chain",
            Variables = Containers,
            Answers = [_ => Answer(400, "Required metadata header not specified or not correct"), _ => Token()],
        },
        new("Chain on IMDS that is updated")
        {
            Identity = "chain",
            Answers = [_ => Imds(404), _ => Token()],
            Differences = ["imds-in-trouble"],
        },
        new("Chain on IMDS that is busy") { Identity = "chain", Answers = [_ => Imds(503)], Differences = ["imds-in-trouble"] },
        new("Chain where something else answers 400")
        {
            Identity = "chain",
            Answers = [_ => Answer(400)],
            Differences = ["imds-by-its-form"],
        },
        new(
            "Chain with nothing there") { Identity = "chain", Answers = [_ =>
                throw new HttpRequestException(HttpRequestError.ConnectionError, "refused")] },
        new(
            "Chain behind Docker's proxy") { Identity = "chain", Answers = [_ =>
                Answer(403, "A socket operation was attempted to an unreachable network")] },
        new("Chain behind a portal") { Identity = "chain", Answers = [_ => Answer(200, "<html></html>")] },
        new("Chain with an identity that is not there")
        {
            Identity = "chain",
            Variables = { ["AZURE_CLIENT_ID"] = ClientId },
            Answers = [_ => Answer(400, NotFound)],
            Differences = ["named-identity", "named-identity-is-not-probed"],
        },
    ];

    private static HttpResponseMessage Entra() => Answer(200, """{"token_type":"Bearer","expires_in":3599,"access_token":"token-1"}""");

    private static string Pem()
    {
        using var key = RSA.Create(2048);
        var now = TimeProvider.System.GetUtcNow();
        using var certificate =
            new CertificateRequest("CN=orders", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1).CreateSelfSigned(
                now.AddDays(-1), now.AddDays(1));
        return $"{key.ExportPkcs8PrivateKeyPem()}\n{certificate.ExportCertificatePem()}\n";
    }
}
