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
        Assert.DoesNotContain(plan.Notes, note => note.Contains("wid rotate start", StringComparison.Ordinal));
        Assert.Contains(plan.Notes, note => note.Contains("is not there any more", StringComparison.Ordinal));
        Assert.Contains(plan.Notes, note => note.Contains("az role assignment list --all --assignee", StringComparison.Ordinal));
        Assert.DoesNotContain(application.Credentials.Secrets, secret => secret.KeyId == leaked);
        Assert.True(await _bench.WorksAsync(application, CredentialKind.Secret));
    }

    [Theory]
    [InlineData(CredentialKind.Secret)]
    [InlineData(CredentialKind.Certificate)]
    public async Task The_same_plan_goes_on_after_a_crash_at_any_step_and_adds_one_credential(CredentialKind kind)
    {
        for (var failAt = 0; failAt < 10; failAt++)
        {
            var application = _bench.Add(kind);
            application.AddSecret($"second-{failAt}");
            var request = new ContainmentRequest(new ClientId(application.ClientId))
            {
                KeyIds = await KeyIdsAsync(application),
                NewCredential = _bench.Request(application, kind),
            };
            Assert.Equal(2, request.KeyIds.Count);
            _bench.Steps.Reset(failAt);
            await Assert.ThrowsAsync<CrashException>(() => _bench.ApplyAsync(cancel => _containment.PlanAsync(request, cancel)));
            _bench.Steps.Reset();

            await _bench.ApplyAsync(cancel => _containment.PlanAsync(request, cancel));
            var again = await _bench.RunAsync(() => _containment.PlanAsync(request));

            Assert.True(again.IsEmpty);
            Assert.Single(RotationBench.Added(application));
            Assert.Equal(1, RotationBench.Count(application));
            Assert.True(await _bench.WorksAsync(application, kind));
        }
    }

    [Fact]
    public async Task A_credential_of_the_application_lets_the_last_one_of_the_service_principal_be_removed()
    {
        var application = _bench.Add(CredentialKind.Secret);
        var (leaked, removed) = (Guid.NewGuid().ToString(), new List<string>());
        _bench.Hook = message =>
        {
            if (message.RequestUri!.AbsolutePath.Contains("/servicePrincipals(appId=", StringComparison.Ordinal))
            {
                var passwords = removed.Count > 0 ? "" : $$"""{"keyId":"{{leaked}}","endDateTime":"2099-01-01T00:00:00Z"}""";
                return FakeServer.Response(
                    System.Net.HttpStatusCode.OK,
                    $$"""
                    {"id":"{{application.ObjectId}}","appId":"{{application.ClientId}}","displayName":"orders","keyCredentials":[],
                    "passwordCredentials":[{{passwords}}]}
                    """);
            }

            if (message.Method == HttpMethod.Post
                && message.RequestUri.AbsolutePath.Contains("/servicePrincipals/", StringComparison.Ordinal))
            {
                removed.Add(message.RequestUri.Segments[^1]);
                return new HttpResponseMessage(System.Net.HttpStatusCode.NoContent);
            }

            return null;
        };
        var request = new ContainmentRequest(new ClientId(application.ClientId)) { KeyIds = [leaked] };

        var plan = await _bench.ApplyAsync(cancel => _containment.PlanAsync(request, cancel));

        Assert.Contains("from the service principal 'orders'", Assert.Single(plan.Changes).What, StringComparison.Ordinal);
        Assert.Contains(
            plan.Notes, note => note.Contains($"az ad sp credential delete --id {application.ClientId}", StringComparison.Ordinal));
        Assert.Equal("removePassword", Assert.Single(removed));
        Assert.Equal(1, RotationBench.Count(application));
    }

    [Fact]
    public async Task A_certificate_is_removed_with_the_new_one_that_the_destination_holds_as_its_proof()
    {
        var application = _bench.Add(CredentialKind.Certificate);
        var first = _bench.Request(application, CredentialKind.Certificate, force: true);
        await _bench.StartAsync(first);
        await _bench.FinishAsync(first);
        var leaked = (await KeyIdsAsync(application)).Single();
        _bench.Clock.Advance(TimeSpan.FromSeconds(1));
        var request = new ContainmentRequest(first.Application)
        {
            KeyIds = [leaked],
            NewCredential = new RotationRequest(first.Application, first.Destination),
        };

        await _bench.ApplyAsync(cancel => _containment.PlanAsync(request, cancel));

        Assert.NotEqual(leaked, (await KeyIdsAsync(application)).Single());
        Assert.True(await _bench.WorksAsync(application, CredentialKind.Certificate));
    }

    [Fact]
    public async Task Many_service_principals_are_confirmed_sixty_at_a_time()
    {
        List<ServicePrincipalId> ids = [.. Enumerable.Range(0, 130).Select(_ => new ServicePrincipalId(Guid.NewGuid().ToString()))];

        var plan = await _bench.RunAsync(() => _containment.PlanConfirmCompromisedAsync(ids));

        Assert.Equal(3, plan.Changes.Count);
        Assert.EndsWith("(10 service principals)", plan.Changes[2].What, StringComparison.Ordinal);
        Assert.True((await _bench.RunAsync(() => _containment.PlanDismissRiskAsync([]))).IsEmpty);
    }

    [Fact]
    public async Task A_new_credential_is_added_only_if_a_compromised_one_is_removed()
    {
        var application = _bench.Add(CredentialKind.Secret);
        var request = new ContainmentRequest(new ClientId(application.ClientId))
        {
            KeyIds = [Guid.NewGuid().ToString()],
            NewCredential = _bench.Request(application, CredentialKind.Secret),
        };

        var plan = await _bench.ApplyAsync(cancel => _containment.PlanAsync(request, cancel));

        Assert.True(plan.IsEmpty);
        Assert.Equal(1, RotationBench.Count(application));
    }

    [Fact]
    public async Task A_new_credential_for_another_application_is_refused()
    {
        var application = _bench.Add(CredentialKind.Secret);
        var request = new ContainmentRequest(new ClientId(application.ClientId))
        {
            KeyIds = [application.Credentials.Secrets[0].KeyId!],
            NewCredential = _bench.Request(_bench.Add(CredentialKind.Secret), CredentialKind.Secret),
        };

        var refused = await Assert.ThrowsAsync<ArgumentException>(() => _containment.PlanAsync(request));

        Assert.Contains($"and {application.ClientId} is contained", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_compromised_credential_that_a_rotation_has_just_written_is_replaced_too()
    {
        for (var failAt = -1; failAt < 8; failAt++)
        {
            var application = _bench.Add(CredentialKind.Secret);
            var request = _bench.Request(application, CredentialKind.Secret);
            _bench.Steps.Reset();
            await _bench.StartAsync(request);
            var leaked = application.Credentials.Secrets[1].KeyId!;
            var containment = new ContainmentRequest(request.Application) { KeyIds = [leaked], NewCredential = request };
            _bench.Steps.Reset(failAt);
            var failed = await Record.ExceptionAsync(() => _bench.ApplyAsync(cancel => _containment.PlanAsync(containment, cancel)));
            Assert.Equal(failAt >= 0, failed is CrashException);
            _bench.Steps.Reset();

            await _bench.ApplyAsync(cancel => _containment.PlanAsync(containment, cancel));

            Assert.DoesNotContain(application.Credentials.Secrets, secret => secret.KeyId == leaked);
            Assert.Equal(2, RotationBench.Count(application));
            Assert.True(await _bench.WorksAsync(application, CredentialKind.Secret), $"after a failure at {failAt}");
        }
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

    private async Task<IReadOnlyList<string>> KeyIdsAsync(WorkloadIdentity.Testing.EmulatedApplication application)
    {
        var keys = await _bench.RunAsync(
            () => ApplicationKeys.ReadAsync(_bench.Client, new ClientId(application.ClientId), CancellationToken.None));
        return [.. keys.All.Select(key => key.KeyId)];
    }

    private Task<List<T>> ListAsync<T>(Func<GraphClient, IAsyncEnumerable<T>> list) =>
        _bench.RunAsync(async () => await list(_bench.Client).ToListAsync());
}
