using System.Reflection;
using System.Runtime.Serialization;
using System.Text.Json.Serialization;

namespace WorkloadIdentity.Tests;

/// <summary>Serialisers that do not know System.Text.Json's attributes: what they can be told, they are told.</summary>
public sealed class ForeignSerialisersTests
{
    private const string Canary = "canary0bird";

    public static TheoryData<string, object> Holders
    {
        get
        {
            var token = new AccessToken(Canary, DateTimeOffset.UnixEpoch);
            var request = new TokenRequest("api://orders/.default") { UserAssertion = Canary };
            return new()
            {
                { "a token", token },
                { "a request", request },
                { "an acquisition", new Acquisition(request) { Rejected = token, Claims = Canary } },
                { "a result", TokenResult.Issued(token) },
                { "an assertion", AssertionResult.Issued(Canary) },
                { "one in another", new { token, request, all = new object[] { token, request } } },
            };
        }
    }

    [Theory]
    [MemberData(nameof(Holders))]
    public void Newtonsoft_writes_no_secret(string what, object holder)
    {
        var json = Newtonsoft.Json.JsonConvert.SerializeObject(holder);

        Assert.False(json.Contains(Canary, StringComparison.Ordinal), $"{what}: {json}");
    }

    /// <summary>Newtonsoft.Json, MessagePack, ServiceStack.Text and the data contract serialisers look at IgnoreDataMember.</summary>
    [Fact]
    public void What_one_serialiser_must_leave_out_all_are_told_to()
    {
        Assembly[] assemblies =
        [
            typeof(AccessToken).Assembly, typeof(DistributedCache.DistributedTokenStoreOptions).Assembly,
            typeof(Testing.EntraEmulator).Assembly, typeof(KeyVault.Vault).Assembly, typeof(Developer.DeveloperCredential).Assembly,
        ];
        var secrets = assemblies.SelectMany(assembly => assembly.GetExportedTypes()).SelectMany(type => type.GetProperties())
            .Where(property => property.GetCustomAttribute<JsonIgnoreAttribute>() is { Condition: JsonIgnoreCondition.Always }).ToList();

        Assert.True(secrets.Count >= 4);
        Assert.Empty(secrets
            .Where(property => property.GetCustomAttribute<IgnoreDataMemberAttribute>() is null)
            .Select(property => $"{property.DeclaringType!.Name}.{property.Name}"));
    }
}
