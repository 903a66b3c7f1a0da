using System.Text.Json;
using WorkloadIdentity.Testing;
using static WorkloadIdentity.Tests.EmulatorCalls;

namespace WorkloadIdentity.Tests;

/// <summary>What the page reads: bounded, however large the directory and the journal are, and without a secret.</summary>
public sealed class PageRoutesTests : IAsyncLifetime
{
    private EntraEmulator _entra = null!;

    public async Task InitializeAsync() => _entra = await EntraEmulator.StartAsync(new() { HasAdminApi = true });

    public async Task DisposeAsync() => await _entra.DisposeAsync();

    [Fact]
    public async Task The_directory_is_cut_and_can_be_searched()
    {
        for (var i = 0; i < 150; i++)
        {
            _entra.AddApplication().AddFederatedCredential(_entra.Tenant.Issuer.AbsoluteUri, $"subject-{i:000}");
        }

        var all = (await AskAsync("page")).Json.GetProperty("applications");
        var one = (await AskAsync("page?search=SUBJECT-149")).Json.GetProperty("applications");

        Assert.Equal((151, PageView.Most), (all.GetProperty("total").GetInt32(), all.GetProperty("items").GetArrayLength()));
        Assert.Equal((1, 1), (one.GetProperty("total").GetInt32(), one.GetProperty("items").GetArrayLength()));
    }

    [Fact]
    public async Task What_has_not_changed_is_not_sent_again()
    {
        var first = await AskAsync("page");
        var tag = first.Headers["ETag"];

        var same = await AskAsync("page", ("If-None-Match", tag));
        _entra.Application.IsEnabled = false;
        var other = await AskAsync("page", ("If-None-Match", tag));

        Assert.Equal((200, 304, "", 200), (first.Status, same.Status, same.Body, other.Status));
        Assert.False(other.Json.GetProperty("applications").GetProperty("items")[0].GetProperty("isEnabled").GetBoolean());
    }

    [Fact]
    public async Task Credentials_have_their_expiry_and_no_secret()
    {
        var clock = new FakeClock();
        await using var entra = await EntraEmulator.StartAsync(new() { TimeProvider = clock, HasAdminApi = true });
        var app = entra.AddApplication();
        app.AddSecret("canary-1", clock.Now + TimeSpan.FromDays(1));
        app.AddSecret("canary-2");
        using var certificate = Certificate(until: clock.Now + TimeSpan.FromHours(1));
        app.AddCertificate(certificate);
        clock.Advance(TimeSpan.FromDays(2));

        var reply = await AskAsync($"applications/{app.ClientId}", entra);

        var (secrets, certificates) = (reply.Json.GetProperty("secrets"), reply.Json.GetProperty("certificates"));
        Assert.Equal([true, false], secrets.EnumerateArray().Select(secret => secret.GetProperty("hasExpired").GetBoolean()));
        Assert.Equal("2026-01-02T00:00:00.0000000+00:00", secrets[0].GetProperty("expiresOn").GetString());
        Assert.Equal(JsonValueKind.Null, secrets[1].GetProperty("expiresOn").ValueKind);
        Assert.True(certificates[0].GetProperty("hasExpired").GetBoolean());
        Assert.DoesNotContain("canary", reply.Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_journal_is_read_in_pages_newest_first_and_only_what_matches()
    {
        for (var i = 0; i < 450; i++)
        {
            _entra.Journal.Add(Entry($"/page-{i}", i % 10 == 0 ? 404 : 200));
        }

        var newest = await AskAsync("journal/entries");
        var older = await AskAsync($"journal/entries?before={Sequences(newest)[^1]}");
        var last = await AskAsync($"journal/entries?before={Sequences(older)[^1]}");
        var refused = await AskAsync("journal/entries?refused=true&search=PAGE-1");

        Assert.Equal(450, newest.Json.GetProperty("total").GetInt32());
        Assert.Equal(
            Enumerable.Range(1, 450).Reverse().Select(number => (long)number),
            [.. Sequences(newest), .. Sequences(older), .. Sequences(last)]);
        Assert.Equal(
            [.. Enumerable.Range(10, 10).Reverse().Select(number => $"/page-{number}0"), "/page-10"],
            refused.Json.GetProperty("entries").EnumerateArray().Select(entry => entry.GetProperty("path").GetString()));
    }

    [Fact]
    public async Task A_full_journal_is_read_within_a_moment_and_in_bounds()
    {
        for (var i = 0; i < EmulatorJournal.Capacity + 10; i++)
        {
            _entra.Journal.Add(Entry("/x", 200));
        }

        var reply = await AskAsync("journal/entries?search=nothing-has-this");
        var newest = await AskAsync("journal/entries");

        Assert.Equal(0, reply.Json.GetProperty("entries").GetArrayLength());
        Assert.Equal(EmulatorJournal.Capacity, newest.Json.GetProperty("total").GetInt32());
        Assert.Equal(200, newest.Json.GetProperty("entries").GetArrayLength());
        Assert.True(newest.Body.Length < 100_000, $"{newest.Body.Length} characters");
    }

    [Fact]
    public async Task Each_refusal_has_its_reason()
    {
        await using var entra = await EntraEmulator.StartAsync(new() { HasAdminApi = true, AcceptsAnyResource = false });
        var issuer = entra.AddIssuer();
        await entra.PostAsync(entra.Application.Form(("client_secret", "wrong")));
        entra.Faults.TokenEndpoint.Next(Fault.Refusal(7000222));
        await entra.PostAsync(entra.Application.Form(("client_secret", "wrong")));
        entra.Faults.TokenEndpoint.Next(Fault.Reset);
        await Assert.ThrowsAsync<HttpRequestException>(() => entra.PostAsync(entra.Application.Form()));
        await entra.CallAsync(null);
        await entra.CallAsync("nonsense");
        await entra.GetAsync("metadata/identity/oauth2/token?api-version=2018-02-01&resource=api://a", ("Metadata", "true"));
        await entra.GetAsync("nobody.example/discovery/v2.0/keys");
        issuer.IsReachable = false;
        await entra.GetAsync(issuer.MetadataUrl.AbsoluteUri);
        await entra.GetAsync("common/discovery/instance");

        var entries = (await AskAsync("journal/entries?refused=true", entra)).Json.GetProperty("entries").EnumerateArray().ToList();

        Assert.Equal(9, entries.Count);
        Assert.All(entries, entry => Assert.False(string.IsNullOrEmpty(entry.GetProperty("reason").GetString()), entry.ToString()));
        Assert.Equal("The fault 'reset' was injected.", entries[6].GetProperty("reason").GetString());
        Assert.StartsWith("The client secret is none of", entries[8].GetProperty("reason").GetString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(200, false, false)]
    [InlineData(400, false, true)]
    [InlineData(400, true, false)]
    [InlineData(null, false, false)]
    public async Task A_request_is_refused_when_a_correct_program_would_not_get_its_answer(int? status, bool isProbe, bool isRefused)
    {
        _entra.Journal.Add(new ManagedIdentityEntry(DateTimeOffset.UnixEpoch, "id", "IMDS")
        {
            Status = status,
            IsProbe = isProbe,
            Fault = "delay 00:00:02",
        });

        var entry = (await AskAsync("journal/entries")).Json.GetProperty("entries")[0];
        var refused = (await AskAsync("journal/entries?refused=true")).Json.GetProperty("entries");

        Assert.Equal(isRefused, entry.GetProperty("isRefused").GetBoolean());
        Assert.Equal(isRefused ? 1 : 0, refused.GetArrayLength());
    }

    [Fact]
    public async Task Roles_are_shown()
    {
        var api = _entra.AddApi("api://orders");
        var application = _entra.AddApplication().AssignRole(api, "Orders.Write").AssignRole(api, "Orders.Read");
        var identity = _entra.AddManagedIdentity().AssignRole(api, "Orders.Read");

        var ofApplication = (await AskAsync($"applications/{application.ClientId}")).Json.GetProperty("roles");
        var ofIdentity = (await AskAsync($"page?search={identity.ClientId}")).Json.GetProperty("managedIdentities").GetProperty("items")[0];

        Assert.Equal(
            """[{"api":"api://orders","role":"Orders.Read"},{"api":"api://orders","role":"Orders.Write"}]""", ofApplication.GetRawText());
        Assert.Equal("""[{"api":"api://orders","role":"Orders.Read"}]""", ofIdentity.GetProperty("roles").GetRawText());
    }

    private static DiscoveryEntry Entry(string path, int status) =>
        new(DateTimeOffset.UnixEpoch, "id", path, DiscoveryDocument.Keys) { Status = status };

    private static List<long> Sequences(EmulatorReply reply) =>
        [.. reply.Json.GetProperty("entries").EnumerateArray().Select(entry => entry.GetProperty("sequence").GetInt64())];

    private Task<EmulatorReply> AskAsync(string path, params (string, string)[] headers) => AskAsync(path, _entra, headers);

    private static Task<EmulatorReply> AskAsync(string path, EntraEmulator entra, params (string, string)[] headers) =>
        entra.GetAsync($"admin/{path}", [("Authorization", $"Bearer {entra.AdminToken}"), .. headers]);
}
