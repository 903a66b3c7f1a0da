using Microsoft.Extensions.Hosting;
using WorkloadIdentity.Testing;

namespace WorkloadIdentity.Tests;

/// <summary>The code of src/WorkloadIdentity.Testing/README.md, compiled.</summary>
internal static class TestingReadmeSnippets
{
    public static async Task EmulatorAsync(AccessToken token, string[] args)
    {
        await using var entra = await EntraEmulator.StartAsync();

        var orders = entra.AddApplication();
        orders.AddSecret("s3cret");                                             // or AddCertificate(certificate)
        var github = entra.AddIssuer("https://token.actions.githubusercontent.com");
        orders.AddFederatedCredential(github, "repo:contoso/orders:ref:refs/heads/main");

        var assertion = github.Issue("repo:contoso/orders:ref:refs/heads/main");   // a signed JWT, as the CI system would hand out

        entra.Faults.TokenEndpoint.Next(Fault.Throttled(TimeSpan.FromSeconds(5)), times: 2).Next(Fault.Reset);
        entra.Faults.Api.Next(Fault.ClaimsChallenge("""{"access_token":{"nbf":{"essential":true,"value":"1604106651"}}}"""));
        entra.Faults.Outage = true;                    // until it is false again
        entra.Latency = TimeSpan.FromSeconds(1);       // on the clock in the options, so a fake one can pass it
        entra.Revoke(token);                           // the APIs answer invalid_token
        orders.Revoke();                               // they answer this application's tokens with a claims challenge
        orders.Block();                                // Conditional Access: AADSTS53003

        var asked = Assert.Single(entra.Journal.TokenRequests);
        Assert.Equal("api://orders/.default", asked.Scope);
        Assert.Equal(EmulatorJournal.Hash("s3cret"), asked.CredentialHash);      // the journal holds no secret, assertion or token

        var builder = Host.CreateApplicationBuilder(args);
        builder.Environment.EnvironmentName = "Test";
        builder.UseEntraEmulator(entra);               // web hosts and WebApplicationFactory have the same method

        _ = assertion;
    }

    public static async Task FakeAsync()
    {
        var credential = FakeCredential.Issuing("t");
        using var acquirer = new TokenAcquirer(credential);
        // …
        await acquirer.GetTokenAsync(new TokenRequest("api://orders/.default"));
        Assert.Equal("api://orders/.default", Assert.Single(credential.Acquisitions).Request.Scope);
    }
}
