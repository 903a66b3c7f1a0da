using System.Reflection;
using WorkloadIdentity.Testing;
using static WorkloadIdentity.Tests.EmulatorCalls;

namespace WorkloadIdentity.Tests;

public sealed class EmulatorJournalTests
{
    [Fact]
    public async Task It_keeps_what_was_asked_and_what_came_of_it()
    {
        var clock = new FakeClock();
        await using var entra = await EntraEmulator.StartAsync(new() { TimeProvider = clock });
        var secret = entra.Application.EnvironmentWithSecret()["AZURE_CLIENT_SECRET"];
        var good = await entra.PostAsync(entra.Application.Form(("client_secret", secret), ("claims", "{}")));
        clock.Advance(TimeSpan.FromSeconds(1));
        var bad = await entra.PostAsync(entra.Application.Form(("client_secret", "wrong")), "emulated.example");

        var requests = entra.Journal.TokenRequests;

        Assert.Equal(2, requests.Count);
        Assert.Equal(
            (entra.Tenant.Id, entra.Application.ClientId, Scope, "client_credentials"),
            (requests[0].TenantId, requests[0].ClientId, requests[0].Scope, requests[0].GrantType));
        Assert.Equal(
            (ClientAuthenticationMethod.Secret, EmulatorJournal.Hash(secret), "{}"),
            (requests[0].ClientAuthentication, requests[0].CredentialHash, requests[0].Claims));
        Assert.Equal((200, true, null, null), (requests[0].Status, requests[0].Succeeded, requests[0].Error, requests[0].ErrorCode));
        Assert.Equal(EmulatorJournal.Hash(good.Token), requests[0].TokenHash);
        Assert.Equal(
            ("emulated.example", 401, false, "invalid_client", 7000215L),
            (requests[1].TenantId, requests[1].Status, requests[1].Succeeded, requests[1].Error, requests[1].ErrorCode));
        Assert.Equal(bad.Json.GetProperty("correlation_id").GetString(), requests[1].CorrelationId);
        Assert.Equal(TimeSpan.FromSeconds(1), requests[1].At - requests[0].At);
        Assert.Equal(clock.Now, requests[1].At);
        Assert.False(requests[0].IsOnBehalfOf);
    }

    [Fact]
    public async Task It_holds_no_secret_assertion_or_token()
    {
        await using var entra = await EntraEmulator.StartAsync();
        var app = entra.AddApplication();
        var secret = app.AddSecret("canary-secret");
        var issuer = entra.AddIssuer();
        app.AddFederatedCredential(issuer, "me");
        var assertion = issuer.Issue("me");
        var user = app.IssueUserToken();
        var token = (await entra.PostAsync(app.Asserting(assertion))).Token;
        await entra.PostAsync(app.Form(("client_secret", secret)));
        await entra.PostAsync(app.Form(("client_secret", "canary-wrong")));
        await entra.PostAsync(
            app.Form(("client_secret", secret), ("grant_type", OnBehalfOf), ("requested_token_use", "on_behalf_of"), ("assertion", user)));
        await entra.GetAsync("msi/token?api-version=2019-08-01&resource=api://a", ("X-IDENTITY-HEADER", "canary-header"));
        await entra.GetAsync(
            "msi/token?api-version=2019-08-01&resource=api://a", ("X-IDENTITY-HEADER", entra.AppServiceEnvironment()["IDENTITY_HEADER"]));
        await entra.CallAsync(token);
        string[] canaries = ["canary", assertion, user, token, entra.AppServiceEnvironment()["IDENTITY_HEADER"]];

        IEnumerable<JournalEntry> entries =
            [.. entra.Journal.TokenRequests, .. entra.Journal.ManagedIdentityRequests, .. entra.Journal.ApiRequests];

        Assert.Equal(7, entries.Count());
        foreach (var entry in entries)
        {
            var held =
                entry.GetType().GetProperties(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic)
                    .Select(property => $"{property.GetValue(entry)}");
            Assert.All(
                held.Append(entry.ToString()),
                text => Assert.DoesNotContain(canaries, canary => text!.Contains(canary, StringComparison.Ordinal)));
        }
    }

    [Fact]
    public async Task Clear_forgets_everything()
    {
        await using var entra = await EntraEmulator.StartAsync();
        await entra.CallAsync(await entra.TokenAsync());
        await entra.GetAsync("metadata/identity/oauth2/token");

        entra.Journal.Clear();

        Assert.Empty(entra.Journal.TokenRequests);
        Assert.Empty(entra.Journal.ManagedIdentityRequests);
        Assert.Empty(entra.Journal.ApiRequests);
    }

    [Fact]
    public async Task It_counts_every_one_of_many_requests_at_once()
    {
        await using var entra = await EntraEmulator.StartAsync();
        var form = entra.Application.Form(("client_secret", "wrong"));

        await Task.WhenAll(Enumerable.Range(0, 200).Select(_ => entra.PostAsync(form)));

        Assert.Equal(200, entra.Journal.TokenRequests.Count);
        Assert.All(entra.Journal.TokenRequests, request => Assert.Equal(401, request.Status));
        Assert.Equal(200, entra.Journal.TokenRequests.Select(request => request.CorrelationId).Distinct().Count());
    }

    [Fact]
    public void A_hash_is_the_sha256_in_lower_case_hex() =>
        Assert.Equal("2bb80d537b1da3e38bd30361aa855686bde0eacd7162fef6a25fe97bf527a25b", EmulatorJournal.Hash("secret"));

    [Fact]
    public async Task The_journal_prints_itself_in_the_order_of_arrival()
    {
        await using var entra = await EntraEmulator.StartAsync();
        var token = await entra.TokenAsync();
        await entra.CallAsync(token);
        await entra.GetAsync("common/discovery/v2.0/keys");
        await entra.CallAsync("nonsense");

        var lines = entra.Journal.ToString().Split(Environment.NewLine);

        Assert.Equal(
            [entra.Journal.TokenRequests[0].ToString(), entra.Journal.ApiRequests[0].ToString(), entra.Journal.DiscoveryRequests[
                0].ToString(), entra.Journal.ApiRequests[1].ToString()],
            lines);
        Assert.DoesNotContain(token, entra.Journal.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_an_entry_counts_for_is_at_least_what_it_holds()
    {
        await using var entra = await EntraEmulator.StartAsync();
        var graph = entra.AddGraph();
        var longText = new string('x', 2500);
        string[] fields = ["client_id", "scope", "grant_type", "claims", "fmi_path", "client_secret", "assertion"];
        await entra.PostAsync(entra.Application.Form([.. fields.Select(name => (name, (string?)longText))]), longText);
        await entra.GetAsync($"metadata/identity/oauth2/token?resource={longText}&client_id={longText}", ("Metadata", "true"));
        await entra.SendAsync(new HttpRequestMessage(new HttpMethod(longText), new Uri(graph.Url, longText))
        {
            Headers = { Authorization = new("Bearer", longText) },
        });
        await entra.GetAsync($"{longText}/discovery/v2.0/keys");

        var journal = entra.Journal;
        JournalEntry[] entries =
            [.. journal.TokenRequests, .. journal.ManagedIdentityRequests, .. journal.ApiRequests, .. journal.DiscoveryRequests];

        Assert.Equal(4, entries.Length);
        Assert.All(entries, entry =>
        {
            var texts = entry.GetType().GetProperties().Select(property => property.GetValue(entry)).OfType<string>();
            var held = texts.Sum(text => (long)text.Length * sizeof(char));
            Assert.InRange(entry.Bytes, held, held + 1000);
            Assert.True(held > 4_900, $"{entry.GetType().Name} holds {held} bytes");
        });
    }

    [Fact]
    public void The_oldest_make_room_when_there_are_too_many_or_they_take_too_much()
    {
        static DiscoveryEntry Entry(int number, int length) =>
            new(default, "", new string('x', length), DiscoveryDocument.Keys) { Sequence = number };

        var byCount = new JournalQueue<DiscoveryEntry>(capacity: 3, capacityInBytes: long.MaxValue);
        var byBytes = new JournalQueue<DiscoveryEntry>(capacity: int.MaxValue, capacityInBytes: 10_000);
        for (var number = 1; number <= 5; number++)
        {
            byCount.Add(Entry(number, 10));
            byBytes.Add(Entry(number, 2000));
        }

        Assert.Equal([3, 4, 5], byCount.Entries.Select(entry => entry.Sequence));
        Assert.Equal([4, 5], byBytes.Entries.Select(entry => entry.Sequence));

        // A long one displaces several; short ones have all of the room again.
        byBytes.Add(Entry(6, 4700));
        Assert.Equal([6], byBytes.Entries.Select(entry => entry.Sequence));
        byBytes.Clear();
        for (var number = 10; number < 30; number++)
        {
            byBytes.Add(Entry(number, 50));
        }

        Assert.Equal(20, byBytes.Entries.Count());
    }
}
