using System.Net;

namespace WorkloadIdentity.Tests;

public sealed class CredentialChainWithManagedIdentityTests
{
    [Fact]
    public async Task Away_from_Azure_a_chain_ends_within_about_a_second_also_when_managed_identity_is_last()
    {
        var machine = new Machine();
        var started = machine.Clock.Now;
        machine.Server.Hang(machine.Clock);
        var chain = new CredentialChain(ScriptedCredential.Absent("client secret"), machine.Credential());

        var result = await machine.AcquireAsync(chain, new Acquisition(new TokenRequest(Machine.Scope)));

        Assert.Equal(TokenVerdict.Unavailable, result.Verdict);
        Assert.InRange(machine.Clock.Now - started, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(1.5));
        Assert.Contains("managed identity: There is no IMDS here", result.Error!.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Once_chosen_it_is_not_probed_any_more_and_outlasts_an_upgrade()
    {
        var machine = new Machine();
        machine.Answers(HttpStatusCode.BadRequest, Machine.ProbeRefused).Answers(HttpStatusCode.OK, machine.Token());
        var chain = new CredentialChain(ScriptedCredential.Absent("client secret"), machine.Credential());
        var acquisition = new Acquisition(new TokenRequest(Machine.Scope));
        Assert.Equal(TokenVerdict.Issued, (await machine.AcquireAsync(chain, acquisition)).Verdict);

        var back = machine.Clock.Now.AddSeconds(70);
        machine.Server.Otherwise =
            _ =>
                machine.Clock.Now < back
                    ? FakeServer.Response(HttpStatusCode.Gone)
                    : FakeServer.Response(HttpStatusCode.OK, machine.Token());
        var result = await machine.AcquireAsync(chain, acquisition);

        Assert.Equal("chain/managed identity", result.Token!.AcquiredBy);
        Assert.Equal("IMDS", result.Token.Issuer);
        Assert.All(machine.Server.Requests.Skip(1), request => Assert.Equal("true", request.Headers["Metadata"]));
    }
}
