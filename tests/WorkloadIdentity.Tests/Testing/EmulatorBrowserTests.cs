using WorkloadIdentity.Testing;

namespace WorkloadIdentity.Tests;

/// <summary>
/// A page of any site can make a browser send requests to loopback. None of them has an effect on the emulator, whichever endpoint it is
/// for.
/// </summary>
public sealed class EmulatorBrowserTests : IAsyncLifetime
{
    private EntraEmulator _entra = null!;

    public static TheoryData<string, string> Marks => new()
    {
        { "Origin", "https://attacker.example" }, { "Origin", "null" },
        { "Sec-Fetch-Site", "cross-site" }, { "Sec-Fetch-Site", "same-site" }, { "Sec-Fetch-Site", "same-origin" },
    };

    public async Task InitializeAsync()
    {
        _entra = await EntraEmulator.StartAsync(new() { HasAdminApi = true });
        _entra.AddGraph();
        _entra.GoogleMetadataEnvironment(_entra.AddIssuer(), "1234");
    }

    public async Task DisposeAsync() => await _entra.DisposeAsync();

    [Theory]
    [MemberData(nameof(Marks))]
    public async Task What_a_browser_marks_as_a_pages_request_is_refused_by_every_endpoint(string name, string value)
    {
        var secret = _entra.Application.EnvironmentWithSecret()["AZURE_CLIENT_SECRET"];
        _entra.Faults.TokenEndpoint.Next(Fault.Reset);
        _entra.Faults.Api.Next(Fault.Reset);
        _entra.Faults.ManagedIdentity.Next(Fault.Reset);
        (string Path, HttpContent? Body)[] requests =
        [
            ($"{_entra.Tenant.Id}/oauth2/v2.0/token", new FormUrlEncodedContent(_entra.Application.Form(("client_secret", secret)))),
            ($"{_entra.Tenant.Id}/oauth2/v2.0/token", new StringContent("{}")),
            ("apis/1/", null), ("apis/graph/v1.0/organization", null), ("admin", null), ("admin/keys/roll", new StringContent("{}")),
            ("metadata/identity/oauth2/token?api-version=2018-02-01&resource=api://a", null),
            ("msi/token?api-version=2019-08-01&resource=api://a", null),
            ("cloudshell/oauth2/token", new FormUrlEncodedContent([new("resource", "api://a")])),
            ("common/discovery/instance", null), ("common/discovery/v2.0/keys", null),
            ("github/x", null), ("azure-pipelines/x", new StringContent("")), ("", null), ("nothing", null),
        ];

        foreach (var (path, body) in requests)
        {
            var method = body is null ? HttpMethod.Get : HttpMethod.Post;
            using var request = new HttpRequestMessage(method, new Uri(_entra.AuthorityHost, path)) { Content = body };
            Assert.True(request.Headers.TryAddWithoutValidation(name, value));
            var reply = await _entra.SendAsync(request);
            Assert.Equal((path, 403), (path, reply.Status));
            Assert.Contains("Another page sent this request", reply.Body, StringComparison.Ordinal);
            Assert.DoesNotContain(reply.Headers.Keys, header => header.StartsWith("Access-Control", StringComparison.OrdinalIgnoreCase));
        }

        // Not noted, and no fault was used up that a test has queued for its own requests.
        Assert.Equal("", _entra.Journal.ToString());
        Assert.Equal((1, 1, 1), (_entra.Faults.TokenEndpoint.Pending, _entra.Faults.Api.Pending, _entra.Faults.ManagedIdentity.Pending));
    }

    [Fact]
    public async Task An_address_that_somebody_types_is_answered()
    {
        var reply = await _entra.GetAsync("common/discovery/v2.0/keys", ("Sec-Fetch-Site", "none"), ("Sec-Fetch-Mode", "navigate"));

        Assert.Equal(200, reply.Status);
    }
}
