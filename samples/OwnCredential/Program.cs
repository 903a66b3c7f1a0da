using System.Text;
using OwnCredential;
using WorkloadIdentity;
using WorkloadIdentity.Testing;

// A credential and an assertion source that the library does not have, written with its public API alone. Nothing here asks a cloud.
var isWell = await BrokerAsync() & await BuildJobAsync();
Console.WriteLine(isWell ? "\nAll of it went as it should." : "\nSomething did not go as it should.");
return isWell ? 0 : 1;

// The credential behind an acquirer: its cache, its single request for all callers, its synchronous form.
static async Task<bool> BrokerAsync()
{
    Console.WriteLine("A broker's tokens");
    using var broker = new SmallBroker();
    using var http = new HttpClient(broker, disposeHandler: false);
    var environment = WorkloadEnvironment.FromValues(
        new Dictionary<string, string>
        {
            [BrokerCredential.EndpointVariable] = "http://127.0.0.1:7000/",
            [BrokerCredential.KeyFileVariable] = "/run/broker/key",
        },
        new Dictionary<string, byte[]> { ["/run/broker/key"] = Encoding.UTF8.GetBytes(SmallBroker.Key) });
    var credential = new BrokerCredential(http, environment);
    using var acquirer = new TokenAcquirer(credential);
    var request = new TokenRequest("https://graph.microsoft.com/.default");

    var tokens = await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => acquirer.GetTokenAsync(request).AsTask()));
    var token = acquirer.GetToken(request);
    Console.WriteLine($"  {token}, issued by {token.Issuer} to {token.ClientId}");
    var asked = broker.Asked;
    Console.WriteLine($"  11 callers, {asked} request to the broker");

    // For people: what it looked for and found. It asks once more.
    Console.Write(await credential.ExplainAsync(request));
    return asked == 1 && tokens.All(each => ReferenceEquals(each, token)) && token.AcquiredBy == "broker";
}

// The assertion source, with a local Entra that trusts the build server.
static async Task<bool> BuildJobAsync()
{
    Console.WriteLine("\nA build job's assertion");
    const string Subject = "project:orders:branch:main";
    await using var entra = await EntraEmulator.StartAsync(new EntraEmulatorOptions { SecureAuthority = false });
    var buildServer = entra.AddIssuer();
    entra.Application.AddFederatedCredential(buildServer, Subject);
    var file = Encoding.UTF8.GetBytes(buildServer.Issue(Subject));
    var options = new ApplicationCredentialOptions
    {
        AuthorityHost = entra.AuthorityHost,
        AllowUnknownAuthorityHost = true,
        Environment = WorkloadEnvironment.FromValues(
            new Dictionary<string, string> { [BuildJobAssertionSource.FileVariable] = "/run/job/token" },
            new Dictionary<string, byte[]> { ["/run/job/token"] = file }),
    };
    using var acquirer = new TokenAcquirer(new ApplicationCredential(
        entra.Tenant.Id,
        entra.Application.ClientId,
        new FederatedAuthentication(AssertionSource.FromBuildJob(), EmulatedIssuer.ExchangeAudience),
        options));

    var token = await acquirer.GetTokenAsync(new TokenRequest(entra.Api.Scope));
    Console.WriteLine($"  {token}, issued by {token.Issuer}");
    return token.AcquiredBy == "build job" && token.ClientId == entra.Application.ClientId;
}
