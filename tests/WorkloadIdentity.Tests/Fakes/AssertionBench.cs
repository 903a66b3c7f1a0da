using System.Net;
using System.Text;

namespace WorkloadIdentity.Tests;

/// <summary>Where an assertion source stands: its variables and files, the server it asks, and the clock.</summary>
internal sealed class AssertionBench
{
    public const string Jwt = "eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJjYW5hcnkifQ.c2ln";

    public FakeServer Server { get; } = new();

    public FakeClock Clock { get; } = new();

    public Dictionary<string, string> Variables { get; } = [];

    public Dictionary<string, byte[]> Files { get; } = [];

    public HttpClient Client => Server.Client;

    public AssertionBench With(params (string Name, string? Value)[] variables)
    {
        foreach (var (name, value) in variables)
        {
            if (value is null)
            {
                Variables.Remove(name);
            }
            else
            {
                Variables[name] = value;
            }
        }

        return this;
    }

    public AssertionBench Answers(
        HttpStatusCode status, string body = "", string mediaType = "application/json", params (string Name, string Value)[] headers)
    {
        Server.Answer(status, body, mediaType, headers);
        return this;
    }

    public AssertionRequest Request(string? audience = "api://AzureADTokenExchange", bool inChain = false) =>
        new(EntraCloud.Public, EntraFake.Tenant, EntraFake.ClientId, EntraFake.Scope)
        {
            Audience = audience,
            HasAlternatives = inChain,
            Environment = WorkloadEnvironment.FromValues(Variables, Files),
            TimeProvider = Clock,
        };

    public Task<AssertionResult> AskAsync(AssertionSource source, string? audience = "api://AzureADTokenExchange", bool inChain = false) =>
        Clock.RunUntilAsync(() => source.GetAssertionAsync(Request(audience, inChain), CancellationToken.None));

    /// <summary>
    /// The error of a source that gives none: of this verdict and kind, with words in it, and with nothing that is secret.
    /// </summary>
    public static TokenError Fails(AssertionResult result, TokenErrorKind kind, string says, TokenVerdict verdict = TokenVerdict.Failed)
    {
        Assert.Equal((verdict, kind), (result.Verdict, result.Error?.Kind));
        Assert.Contains(says, result.Error!.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("canary", result.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("eyJ", result.ToString(), StringComparison.Ordinal);
        return result.Error;
    }

    public void Holds(string path, string content) => Files[path] = Encoding.UTF8.GetBytes(content);
}
