using System.Net;
using WorkloadIdentity.Governance;

namespace WorkloadIdentity.Tests;

/// <summary>What becomes of a section when Graph does not take what an earlier reading kept.</summary>
public sealed class SectionReadingTests : IDisposable
{
    private const string SecondPage = "/v1.0/servicePrincipals?$skiptoken=1";

    private readonly string _folder = Directory.CreateTempSubdirectory().FullName;
    private readonly FakeGraph _graph;

    public SectionReadingTests()
    {
        _graph = new FakeGraph(new FakeClock())
            .List("/v1.0/servicePrincipals", """{"id":"sp-1","appId":"c-1"}""", """{"id":"sp-2","appId":"c-2"}""")
            .List("/v1.0/oauth2PermissionGrants", """{"id":"g","clientId":"sp-1","consentType":"AllPrincipals","scope":"User.Read"}""");
    }

    private InventoryOptions Kept => new() { StateFolder = _folder };

    public void Dispose()
    {
        _graph.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Theory]
    [InlineData(HttpStatusCode.BadRequest, "Directory_ExpiredPageToken")]
    [InlineData(HttpStatusCode.NotFound, "Request_ResourceNotFound")]
    [InlineData(HttpStatusCode.Gone, "Gone")]
    public async Task A_page_that_Graph_no_longer_gives_begins_the_section_anew(HttpStatusCode status, string code)
    {
        await InterruptAsync();
        var isFirst = true;
        _graph.Instead = target => target == SecondPage && Interlocked.Exchange(ref isFirst, false) ? FakeGraph.Error(status, code) : null;

        Assert.Equal(2, (await _graph.ReadAsync(Kept)).Identities.Count);
    }

    [Fact]
    public async Task A_page_that_Graph_never_gives_ends_the_reading_after_one_new_beginning()
    {
        await InterruptAsync();
        var before = _graph.Sent.Count;
        _graph.Instead = target => target == SecondPage ? FakeGraph.Error(HttpStatusCode.BadRequest, "Directory_ExpiredPageToken") : null;

        Assert.Equal(GraphErrorKind.Refused, (await Assert.ThrowsAsync<GraphException>(() => _graph.ReadAsync(Kept))).Error.Kind);
        Assert.Equal(2, _graph.Sent.Skip(before).Count(target => target == SecondPage));
    }

    [Fact]
    public async Task A_link_to_another_host_is_not_kept_as_a_place_to_go_on_from()
    {
        _graph.Instead = target => target.StartsWith("/v1.0/servicePrincipals?", StringComparison.Ordinal)
            ? FakeGraph.Json("""{"value":[],"@odata.nextLink":"https://evil.example/v1.0/x"}""")
            : null;
        Assert.False((await Assert.ThrowsAsync<GraphException>(() => _graph.ReadAsync(Kept))).Error.IsTransient);
        Assert.DoesNotContain("evil", await File.ReadAllTextAsync(Assert.Single(Directory.GetFiles(_folder))), StringComparison.Ordinal);
        _graph.Instead = null;

        Assert.Equal(2, (await _graph.ReadAsync(Kept)).Identities.Count);
    }

    [Fact]
    public async Task A_permission_that_is_lost_after_the_first_reading_makes_its_section_missing()
    {
        Assert.NotNull((await _graph.ReadAsync(Kept)).Identities[0].DelegatedGrants);
        _graph.Refuse("/v1.0/oauth2PermissionGrants").Refuse("/v1.0/oauth2PermissionGrants/delta");

        var second = await _graph.ReadAsync(Kept);

        var section = second.Section(InventorySectionName.DelegatedGrants);
        Assert.Equal((SectionState.Missing, "Directory.Read.All"), (section.State, section.Permission));
        Assert.Contains("Later changes could not be read by the link to them.", section.Notes);
        Assert.DoesNotContain(section.Notes, note => note.Contains("was read in full", StringComparison.Ordinal));
        Assert.All(second.Identities, identity => Assert.Null(identity.DelegatedGrants));
    }

    [Theory]
    [InlineData(HttpStatusCode.Unauthorized, GraphErrorKind.Unauthorized, "/v1.0/oauth2PermissionGrants/delta")]
    [InlineData(HttpStatusCode.Forbidden, GraphErrorKind.PermissionMissing, "/v1.0/servicePrincipals/delta")]
    public async Task A_token_that_is_not_accepted_and_a_section_that_is_needed_end_the_reading(
        HttpStatusCode status, GraphErrorKind kind, string path)
    {
        await _graph.ReadAsync(Kept);
        _graph.Refuse(path, status);

        Assert.Equal(kind, (await Assert.ThrowsAsync<GraphException>(() => _graph.ReadAsync(Kept))).Error.Kind);
    }

    [Theory]
    [InlineData("null")]
    [InlineData("5")]
    [InlineData("""{"id":5}""")]
    [InlineData("""{"id":"sp-1","keyCredentials":5}""")]
    [InlineData("""{"id":"sp-3","displayName":"without a client id"}""")]
    [InlineData("""{"id":"sp-3","appId":null}""")]
    public async Task A_change_that_cannot_be_read_leads_to_a_full_reading(string row)
    {
        await _graph.ReadAsync(Kept);
        _graph.List("/v1.0/servicePrincipals/delta", row);

        var second = await _graph.ReadAsync(Kept);

        Assert.Equal(["c-1", "c-2"], second.Identities.Select(identity => identity.ClientId.Value).Order());
        var section = second.Section(InventorySectionName.ServicePrincipals);
        Assert.Equal(SectionState.Complete, section.State);
        Assert.Contains("read in full", Assert.Single(section.Notes), StringComparison.Ordinal);
    }

    /// <summary>A reading that is cancelled when its first page is kept.</summary>
    private async Task InterruptAsync()
    {
        _graph.PageSize = 1;
        using var cancel = new CancellationTokenSource();
        _graph.Instead = target =>
        {
            if (target == SecondPage)
            {
                cancel.Cancel();
            }

            return null;
        };
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => _graph.ReadAsync(Kept, cancel.Token));
        _graph.Instead = null;
    }
}
