using WorkloadIdentity.Governance;

namespace WorkloadIdentity.Tests;

public sealed class IdentityContainmentTests : IAsyncLifetime
{
    private RotationBench _bench = null!;
    private IdentityContainment _containment = null!;

    public async Task InitializeAsync()
    {
        _bench = await RotationBench.StartAsync(
            [.. RotationBench.Permissions, "IdentityRiskEvent.Read.All", "IdentityRiskyServicePrincipal.ReadWrite.All"],
            servicePrincipals: 40);
        _containment = new IdentityContainment(_bench.Client, _bench.Rotation);
    }

    public async Task DisposeAsync() => await _bench.DisposeAsync();

    [Fact]
    public async Task The_new_credential_comes_first_and_the_compromised_one_is_removed()
    {
        var application = _bench.Add(CredentialKind.Secret);
        var leaked = application.Credentials.Secrets[0].KeyId!;
        var request = new ContainmentRequest(new ClientId(application.ClientId))
        {
            KeyIds = [leaked, leaked, Guid.NewGuid().ToString()],
            NewCredential = _bench.Request(application, CredentialKind.Secret),
        };

        var plan = await _bench.ApplyAsync(cancel => _containment.PlanAsync(request, cancel));

        Assert.StartsWith("Add a client secret", plan.Changes[0].What, StringComparison.Ordinal);
        Assert.StartsWith($"Remove the compromised client secret {leaked}", plan.Changes[1].What, StringComparison.Ordinal);
        Assert.Equal(2, plan.Changes.Count);
        Assert.Contains(plan.Notes, note => note.Contains("is not there any more", StringComparison.Ordinal));
        Assert.Contains(plan.Notes, note => note.Contains("az role assignment list --all --assignee", StringComparison.Ordinal));
        Assert.DoesNotContain(application.Credentials.Secrets, secret => secret.KeyId == leaked);
        Assert.True(await _bench.WorksAsync(application, CredentialKind.Secret));
    }

    [Fact]
    public async Task The_last_valid_credential_stays()
    {
        var application = _bench.Add(CredentialKind.Secret);
        var request = new ContainmentRequest(new ClientId(application.ClientId)) { KeyIds = [application.Credentials.Secrets[0].KeyId!] };

        var refused = await Assert.ThrowsAsync<ChangeRefusedException>(
            () => _bench.ApplyAsync(cancel => _containment.PlanAsync(request, cancel)));

        Assert.Contains("is the last valid credential", refused.Message, StringComparison.Ordinal);
        Assert.Equal(1, RotationBench.Count(application));
    }

    [Fact]
    public async Task The_credentials_that_detections_name_are_those_that_are_removed()
    {
        var detection = (await ListAsync(client => client.ListRiskDetectionsAsync())).First(each => each.KeyIds is { Count: > 0 });
        var principal = (await ListAsync(client => client.ListServicePrincipalsAsync())).Single(each =>
            each.Id == detection.ServicePrincipalId);

        var plan = await _bench.RunAsync(() => _containment.PlanAsync(new ContainmentRequest(principal.AppId)));

        Assert.All(
            detection.KeyIds!,
            keyId => Assert.Contains(plan.Changes, change => change.What.Contains(keyId, StringComparison.Ordinal)));
        Assert.Contains(plan.Notes, note => note.StartsWith("Identity Protection detected", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("confirmedCompromised", "high")]
    [InlineData("dismissed", "none")]
    public async Task A_risk_is_confirmed_or_dismissed(string state, string level)
    {
        var id = (await ListAsync(client => client.ListRiskyServicePrincipalsAsync())).First(each => each.RiskState?.Value != state).Id;

        await _bench.ApplyAsync(cancel => state == "dismissed"
            ? _containment.PlanDismissRiskAsync([id], cancel)
            : _containment.PlanConfirmCompromisedAsync([id], cancel));

        var risky = (await ListAsync(client => client.ListRiskyServicePrincipalsAsync())).Single(each => each.Id == id);
        Assert.Equal((state, level), (risky.RiskState?.Value, risky.RiskLevel?.Value));
    }

    [Fact]
    public async Task Without_a_licence_the_plan_says_what_is_missing()
    {
        _bench.Graph.Licences = WorkloadIdentity.Testing.EmulatedLicences.None;
        var application = _bench.Add(CredentialKind.Secret);
        var id = new ServicePrincipalId(application.ObjectId);

        var refused = await Assert.ThrowsAsync<GraphException>(
            () => _bench.ApplyAsync(cancel => _containment.PlanConfirmCompromisedAsync([id], cancel)));
        var plan = await _bench.RunAsync(() => _containment.PlanAsync(new ContainmentRequest(new ClientId(application.ClientId))));

        Assert.Equal(GraphErrorKind.LicenseMissing, refused.Error.Kind);
        Assert.True(plan.IsEmpty);
        Assert.Contains(plan.Notes, note => note.StartsWith("No risk detection names a credential.", StringComparison.Ordinal));
    }

    [Fact]
    public async Task An_identity_that_is_not_there_is_told()
    {
        var request = new ContainmentRequest(new ClientId(Guid.NewGuid().ToString()));

        await Assert.ThrowsAsync<ChangeRefusedException>(() => _bench.RunAsync(() => _containment.PlanAsync(request)));
    }

    private Task<List<T>> ListAsync<T>(Func<GraphClient, IAsyncEnumerable<T>> list) =>
        _bench.RunAsync(async () => await list(_bench.Client).ToListAsync());
}
