using Azure.Core;
using Azure.Identity;
using WorkloadIdentity.Azure;

namespace WorkloadIdentity.Tests;

/// <summary>What docs/differences.md says of Azure's chain, and of ours around the same credentials.</summary>
public sealed class ClaimsAboutAzureTests
{
    private readonly TokenCredential[] _credentials;
    private int _calls;

    public ClaimsAboutAzureTests() => _credentials =
    [
        DelegatedTokenCredential.Create(
            (_, _) => _calls++ == 0 ? throw new CredentialUnavailableException("Not here yet.") : Token("first")),
        DelegatedTokenCredential.Create((_, _) => Token("second")),
    ];

    [Fact]
    public async Task Azures_chain_may_change_its_identity_and_ours_is_pinned()
    {
        var theirs = new ChainedTokenCredential(_credentials);
        string[] answers = [await AskAsync(theirs), await AskAsync(theirs)];
        _calls = 0;
        using var acquirer = new TokenAcquirer(new CredentialChain(_credentials.Select(credential => new AzureCredential(credential))));

        Assert.Equal(["second", "first"], answers);
        Assert.Equal("second", (await acquirer.GetTokenAsync(new TokenRequest("api://orders/.default"))).Value);
        Assert.Equal("second", (await acquirer.GetTokenAsync(new TokenRequest("api://stock/.default"))).Value);
    }

    private static async Task<string> AskAsync(TokenCredential credential) =>
        (await credential.GetTokenAsync(new TokenRequestContext(["api://orders/.default"]), default)).Token;

    private static global::Azure.Core.AccessToken Token(string value) => new(value, TimeProvider.System.GetUtcNow().AddHours(1));
}
