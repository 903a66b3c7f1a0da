using System.Buffers.Text;
using System.Net;
using System.Text.Json;

namespace WorkloadIdentity.Chaos;

/// <summary>What a call must carry.</summary>
internal sealed record Expected(string Audience, string ClientId, string TenantId, string? UserName, Key Key);

/// <summary>
/// Stands where requests leave a member, and holds every token it sees against the clock and against what the call is for.
/// </summary>
internal sealed class Witness(string member, FastClock clock, WatchedCredential credential, Uri api, Tally tally) : DelegatingHandler
{
    public static readonly HttpRequestOptionsKey<Expected> Expectation = new("expected");

    // Between the hit and the wire a loaded machine may lose a moment, and a moment here is long there.
    private static readonly TimeSpan OnItsWay = TimeSpan.FromSeconds(15);

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var token = request.Headers.Authorization?.Parameter;
        if (token is not null)
        {
            Judge(request, token);
        }

        var response = await base.SendAsync(request, cancellationToken);
        if (response.StatusCode == HttpStatusCode.Unauthorized && token is not null)
        {
            credential.NoteRejected(token);
        }

        return response;
    }

    private void Judge(HttpRequestMessage request, string token)
    {
        tally.Count("requests with a token");
        request.Options.TryGetValue(Expectation, out var expected);
        using var claims = JsonDocument.Parse(Base64Url.DecodeFromChars(token.Split('.')[1]));
        var late = clock.TrueNow - DateTimeOffset.FromUnixTimeSeconds(claims.RootElement.GetProperty("exp").GetInt64());
        if (late > OnItsWay && !credential.IsOfThisClock(token))
        {
            tally.Count("with a token that ended, on a machine whose clock was set meanwhile");
        }
        else if (late > OnItsWay)
        {
            tally.Breach(Law.NoExpiredToken, $"{member}: a token that ended {late} ago");
        }

        var (audience, client, tenant, user) = (Text("aud"), Text("appid"), Text("tid"), Text("preferred_username"));
        if ((audience, client, tenant, user) != (expected!.Audience, expected.ClientId, expected.TenantId, expected.UserName))
        {
            tally.Breach(
                Law.NoForeignToken,
                $"{member}: for {audience} of {client} in {tenant} on behalf of {user ?? "nobody"}; expected {expected}");
        }

        if (request.RequestUri!.Authority != api.Authority)
        {
            tally.Breach(Law.NoTokenElsewhere, $"{member}: to {request.RequestUri.Authority}");
        }

        string? Text(string name) => claims.RootElement.TryGetProperty(name, out var value) ? value.GetString() : null;
    }
}
