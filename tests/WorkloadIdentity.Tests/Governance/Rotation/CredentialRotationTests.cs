using WorkloadIdentity.Governance;
using WorkloadIdentity.Testing;

namespace WorkloadIdentity.Tests;

public sealed class CredentialRotationTests : IAsyncLifetime
{
    private RotationBench _bench = null!;

    public async Task InitializeAsync() => _bench = await RotationBench.StartAsync();

    public async Task DisposeAsync() => await _bench.DisposeAsync();

    [Theory]
    [InlineData(CredentialKind.Secret)]
    [InlineData(CredentialKind.Certificate)]
    public async Task A_rotation_adds_a_credential_and_removes_the_old_one_when_nothing_uses_it(CredentialKind kind)
    {
        var application = _bench.Add(kind);
        var request = _bench.Request(application, kind);

        var start = await _bench.StartAsync(request);

        Assert.Contains("is in ", start.Changes.Single().Outcome, StringComparison.Ordinal);
        Assert.Equal(2, RotationBench.Count(application));
        Assert.True(await _bench.WorksAsync(application, kind));
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(_bench.File(application)));
        }

        var early = await Assert.ThrowsAsync<ChangeRefusedException>(() => _bench.FinishAsync(request));
        Assert.Contains("The grace period has not passed", early.Message, StringComparison.Ordinal);

        _bench.Clock.Advance(TimeSpan.FromDays(2));
        Assert.True(await _bench.WorksAsync(application, kind));
        var finish = await _bench.FinishAsync(request);

        Assert.Single(finish.Changes);
        Assert.Contains(
            "shows no use of the old credential. The newest use in the report is of", finish.Notes.Single(), StringComparison.Ordinal);
        Assert.Equal(1, RotationBench.Count(application));
        Assert.True(await _bench.WorksAsync(application, kind));
        Assert.Empty((await _bench.FinishAsync(request)).Changes);
    }

    [Fact]
    public async Task Making_a_plan_writes_nothing_and_a_second_start_changes_nothing()
    {
        var application = _bench.Add(CredentialKind.Secret);
        var request = _bench.Request(application, CredentialKind.Secret);

        var plan = await _bench.RunAsync(() => _bench.Rotation.PlanStartAsync(request));
        Assert.Equal(1, RotationBench.Count(application));
        Assert.Empty(_bench.Steps.Seen);
        Assert.Empty(Directory.GetFiles(_bench.Folder));
        Assert.Equal(_bench.Entra.Tenant.Id, plan.TenantId);
        Assert.Contains(application.ClientId, plan.Target, StringComparison.Ordinal);

        await _bench.StartAsync(request);
        var again = await _bench.StartAsync(request);

        Assert.True(again.IsEmpty);
        Assert.StartsWith("A rotation is under way: client secret ", again.Notes.Single(), StringComparison.Ordinal);
        Assert.Equal(2, RotationBench.Count(application));
    }

    [Theory]
    [InlineData(CredentialKind.Secret)]
    [InlineData(CredentialKind.Certificate)]
    public async Task A_second_rotation_replaces_what_the_first_one_added(CredentialKind kind)
    {
        var application = _bench.Add(kind);
        await _bench.StartAsync(_bench.Request(application, kind));
        await _bench.FinishAsync(_bench.Request(application, kind, force: true));
        var first = RotationBench.Added(application).Single();

        // The proof is now the certificate that the file holds.
        var request = new RotationRequest(
            new ClientId(application.ClientId), new FailingDestination(_bench.File(application), _bench.Steps))
        {
            Kind = kind,
            Force = true,
        };
        _bench.Clock.Advance(TimeSpan.FromSeconds(1));
        await _bench.StartAsync(request);
        Assert.Equal(2, RotationBench.Added(application).Count);
        await _bench.FinishAsync(request);

        Assert.NotEqual(first, RotationBench.Added(application).Single());
        Assert.True(await _bench.WorksAsync(application, kind));
    }

    [Fact]
    public async Task The_old_credential_stays_while_something_uses_it()
    {
        var application = _bench.Add(CredentialKind.Secret);
        var old = Path.Combine(_bench.Folder, "replica");
        await File.WriteAllTextAsync(old, "old-secret");
        var request = _bench.Request(application, CredentialKind.Secret);
        await _bench.StartAsync(request);
        _bench.Clock.Advance(TimeSpan.FromDays(2));
        Assert.True(await _bench.WorksAsync(application, CredentialKind.Secret, old));
        _bench.Clock.Advance(TimeSpan.FromHours(5));
        Assert.True(await _bench.WorksAsync(application, CredentialKind.Secret));

        var refused = await Assert.ThrowsAsync<ChangeRefusedException>(() => _bench.FinishAsync(request));
        Assert.Contains("finish when the old credential was not used for 24 hours", refused.Message, StringComparison.Ordinal);

        _bench.Clock.Advance(TimeSpan.FromHours(20));
        Assert.True(await _bench.WorksAsync(application, CredentialKind.Secret));
        await _bench.FinishAsync(request);

        Assert.False(await _bench.WorksAsync(application, CredentialKind.Secret, old));
    }

    [Fact]
    public async Task A_report_that_cannot_be_read_proves_nothing()
    {
        await using var bench = await RotationBench.StartAsync([.. RotationBench.Permissions.Except(["AuditLog.Read.All"])]);
        var application = bench.Add(CredentialKind.Secret);
        await bench.StartAsync(bench.Request(application, CredentialKind.Secret));
        bench.Clock.Advance(TimeSpan.FromDays(30));

        var refused = await Assert.ThrowsAsync<ChangeRefusedException>(
            () => bench.FinishAsync(bench.Request(application, CredentialKind.Secret)));
        Assert.Contains("Grant AuditLog.Read.All", refused.Message, StringComparison.Ordinal);

        await bench.FinishAsync(bench.Request(application, CredentialKind.Secret, force: true));
        Assert.Equal(1, RotationBench.Count(application));
    }

    [Fact]
    public async Task A_row_of_the_report_without_a_date_does_not_hide_one_with_a_date()
    {
        var application = _bench.Add(CredentialKind.Secret);
        var request = _bench.Request(application, CredentialKind.Secret);
        await _bench.StartAsync(request);
        _bench.Clock.Advance(TimeSpan.FromDays(2));
        var (old, added) = (application.Credentials.Secrets[0].KeyId!, application.Credentials.Secrets[1].KeyId!);
        _bench.Report = [Used(old), Used(added), Unused(added)];

        var refused = await Assert.ThrowsAsync<ChangeRefusedException>(() => _bench.FinishAsync(request));

        Assert.StartsWith($"The old client secret {old}", refused.Message, StringComparison.Ordinal);
        Assert.Equal(2, RotationBench.Count(application));

        _bench.Report = [Used(added), Unused(added)];
        await _bench.FinishAsync(request);
        Assert.Equal(1, RotationBench.Count(application));

        string Used(string id) =>
            $$"""{"appId":"{{application.ClientId}}","keyId":"{{id}}","signInActivity":{"lastSignInDateTime":"{{_bench.Clock.Now:O}}"} }""";
        string Unused(string id) => $$"""{"appId":"{{application.ClientId}}","keyId":"{{id}}","signInActivity":{} }""";
    }

    [Fact]
    public async Task The_last_valid_credential_is_not_removed_even_with_force()
    {
        var application = _bench.Add(CredentialKind.Secret);
        var request = _bench.Request(application, CredentialKind.Secret, force: true);
        await _bench.StartAsync(request);
        _bench.Clock.Advance(TimeSpan.FromDays(200)); // The new secret has expired, and the old one has not.

        var refused = await Assert.ThrowsAsync<ChangeRefusedException>(() => _bench.FinishAsync(request));

        Assert.Contains("is not valid any more, so the old one stays", refused.Message, StringComparison.Ordinal);
        Assert.Equal(2, RotationBench.Count(application));
    }

    [Fact]
    public async Task The_new_credential_is_looked_for_again_before_the_old_one_is_removed()
    {
        var application = _bench.Add(CredentialKind.Secret);
        var request = _bench.Request(application, CredentialKind.Secret, force: true);
        await _bench.StartAsync(request);
        var plan = await _bench.RunAsync(() => _bench.Rotation.PlanFinishAsync(request));
        application.RemoveSecret((await File.ReadAllTextAsync(_bench.File(application))).Trim());

        await Assert.ThrowsAsync<ChangeRefusedException>(() => _bench.ApplyAsync(plan));

        Assert.Equal(1, RotationBench.Count(application));
    }

    [Fact]
    public async Task The_trial_at_the_start_is_not_taken_for_a_use_by_programs()
    {
        var application = _bench.Add(CredentialKind.Secret);
        var request = _bench.Request(application, CredentialKind.Secret);
        await _bench.StartAsync(request);
        _bench.Clock.Advance(TimeSpan.FromDays(2));

        var refused = await Assert.ThrowsAsync<ChangeRefusedException>(() => _bench.FinishAsync(request));

        Assert.StartsWith("The report of sign-ins does not cover the grace period yet.", refused.Message, StringComparison.Ordinal);
        Assert.Equal(2, RotationBench.Count(application));
    }

    [Fact]
    public async Task The_first_credential_is_added_once_whatever_fails_and_can_be_replaced_later()
    {
        for (var failAt = 0; failAt < 6; failAt++)
        {
            var application = _bench.Entra.AddApplication();
            var request = _bench.Request(application, CredentialKind.Secret);
            _bench.Steps.Reset(failAt);
            await Assert.ThrowsAsync<CrashException>(() => _bench.StartAsync(request));
            _bench.Steps.Reset();

            await _bench.StartAsync(request);
            var again = await _bench.StartAsync(request);

            Assert.StartsWith("The first credential was added on", again.Notes.Single(), StringComparison.Ordinal);
            Assert.Equal((0, 1), (again.Changes.Count, RotationBench.Count(application)));
            Assert.True(await _bench.WorksAsync(application, CredentialKind.Secret));
            _bench.Clock.Advance(TimeSpan.FromHours(25));
            Assert.Single((await _bench.StartAsync(request)).Changes);
            Assert.Equal(2, RotationBench.Count(application));
        }
    }

    [Fact]
    public async Task A_file_that_was_put_back_from_a_copy_is_not_taken_for_one_that_was_never_written()
    {
        var application = _bench.Add(CredentialKind.Secret);
        var request = _bench.Request(application, CredentialKind.Secret);
        await _bench.StartAsync(request);
        await File.WriteAllTextAsync(_bench.File(application), "old-secret");
        File.SetLastWriteTimeUtc(_bench.File(application), TimeProvider.System.GetUtcNow().UtcDateTime.AddDays(-9));

        var refused = await Assert.ThrowsAsync<ChangeRefusedException>(() => _bench.StartAsync(request));

        Assert.Contains("cannot be told whether programs use", refused.Message, StringComparison.Ordinal);
        Assert.Equal(2, RotationBench.Count(application));
    }

    [Fact]
    public async Task A_certificate_is_not_removed_without_a_proof_and_the_plan_says_so()
    {
        var application = _bench.Add(CredentialKind.Certificate);
        var request = _bench.Request(application, CredentialKind.Secret, force: true);
        await _bench.StartAsync(request);

        var refused = await Assert.ThrowsAsync<ChangeRefusedException>(
            () => _bench.RunAsync(() => _bench.Rotation.PlanFinishAsync(request)));

        Assert.StartsWith("A certificate is added or removed with a proof", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_credential_that_was_removed_since_the_plan_was_made_is_not_replaced()
    {
        var application = _bench.Add(CredentialKind.Secret);
        application.AddSecret("another");
        var request = new RotationRequest(
            new ClientId(application.ClientId), RotationDestination.ToFile(_bench.File(application)))
        {
            Kind = CredentialKind.Secret,
            Replaces = application.Credentials.Secrets[0].KeyId,
        };
        var plan = await _bench.RunAsync(() => _bench.Rotation.PlanStartAsync(request));
        application.RemoveSecret("old-secret");

        var refused = await Assert.ThrowsAsync<ChangeRefusedException>(() => _bench.ApplyAsync(plan));

        Assert.Contains("was removed since the plan was made", refused.Message, StringComparison.Ordinal);
        Assert.Equal(1, RotationBench.Count(application));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(3)]
    public async Task Two_machines_that_begin_at_the_same_time_leave_one_credential(int later)
    {
        _bench.Graph.ReplicationDelay = TimeSpan.FromSeconds(8);
        _bench.Graph.CredentialDelay = TimeSpan.FromSeconds(11);
        var (application, destination) = (_bench.Add(CredentialKind.Secret), new SharedDestination());
        var request = new RotationRequest(new ClientId(application.ClientId), destination) { Kind = CredentialKind.Secret };
        var plans = await _bench.RunAsync(() => Task.WhenAll(
            _bench.Rotation.PlanStartAsync(request), _bench.OnAnotherMachine().PlanStartAsync(request)));

        var refusals = await _bench.RunAsync(() => Task.WhenAll(plans.Select(async (plan, index) =>
        {
            await Task.Delay(TimeSpan.FromSeconds(index * later), _bench.Clock);
            return await Record.ExceptionAsync(() => plan.ApplyAsync());
        })));

        var refused = Assert.IsType<ChangeRefusedException>(Assert.Single(refusals, refusal => refusal is not null));
        Assert.Contains("Another machine began a rotation at the same time", refused.Message, StringComparison.Ordinal);
        Assert.Equal(destination.Written.Single().Name.ToString(), Assert.Single(RotationBench.Added(application)));
    }

    [Fact]
    public async Task A_credential_that_another_machine_removes_meanwhile_is_not_written()
    {
        var application = _bench.Add(CredentialKind.Secret);
        _bench.Hook = message =>
        {
            // Entra has accepted it; Graph is asked for the last time before it is written.
            if (message.Method == HttpMethod.Get && application.Credentials.Secrets.Count == 2)
            {
                application.RemoveSecret(application.Credentials.Secrets[1].Value);
            }

            return null;
        };

        var refused = await Assert.ThrowsAsync<ChangeRefusedException>(
            () => _bench.StartAsync(_bench.Request(application, CredentialKind.Secret)));

        Assert.Contains("was removed while Entra was asked to accept it", refused.Message, StringComparison.Ordinal);
        Assert.False(File.Exists(_bench.File(application)));
    }

    [Fact]
    public async Task Delays_and_concurrent_changes_are_outlasted()
    {
        _bench.Graph.CredentialDelay = TimeSpan.FromSeconds(40);
        _bench.Graph.ReplicationDelay = TimeSpan.FromSeconds(25);
        _bench.Graph.ConflictWindow = TimeSpan.FromSeconds(5);
        foreach (var kind in (CredentialKind[])[CredentialKind.Secret, CredentialKind.Certificate])
        {
            var application = _bench.Add(kind);
            await _bench.StartAsync(_bench.Request(application, kind));
            Assert.True(await _bench.WorksAsync(application, kind));
            await _bench.RunAsync(async () =>
            {
                await Task.Delay(TimeSpan.FromMinutes(1), _bench.Clock);
                return true;
            });
            await _bench.FinishAsync(_bench.Request(application, kind, force: true));
            Assert.Equal(1, RotationBench.Count(application));
        }
    }

    [Fact]
    public async Task A_credential_that_Entra_never_accepts_is_not_written()
    {
        var application = _bench.Add(CredentialKind.Secret);
        _bench.Graph.CredentialDelay = TimeSpan.FromDays(1);

        var refused = await Assert.ThrowsAsync<ChangeRefusedException>(
            () => _bench.StartAsync(_bench.Request(application, CredentialKind.Secret)));

        Assert.Contains("Entra did not accept the new Secret", refused.Message, StringComparison.Ordinal);
        Assert.False(File.Exists(_bench.File(application)));

        _bench.Graph.CredentialDelay = TimeSpan.Zero;
        var again = await _bench.StartAsync(_bench.Request(application, CredentialKind.Secret));
        Assert.Equal(2, again.Changes.Count);
        Assert.Single(RotationBench.Added(application));
        Assert.True(await _bench.WorksAsync(application, CredentialKind.Secret));
    }

    [Fact]
    public async Task Which_credential_is_replaced_must_be_clear()
    {
        var application = _bench.Add(CredentialKind.Secret).AddCertificate(TestCertificate.Two);
        var request = _bench.Request(application, CredentialKind.Secret);

        var refused = await Assert.ThrowsAsync<ChangeRefusedException>(() => _bench.StartAsync(request));
        Assert.Contains("has 2 valid credentials, so name the one that is replaced", refused.Message, StringComparison.Ordinal);

        var keyId = application.Credentials.Secrets[0].KeyId!;
        await _bench.StartAsync(new RotationRequest(request.Application, request.Destination) { Kind = request.Kind, Replaces = keyId });
        await _bench.FinishAsync(new RotationRequest(request.Application, request.Destination) { Kind = request.Kind, Force = true });

        Assert.DoesNotContain(application.Credentials.Secrets, secret => secret.KeyId == keyId);
        Assert.Single(application.Credentials.Certificates);
    }

    [Fact]
    public async Task A_rotation_to_another_destination_is_not_begun_beside_the_first()
    {
        var application = _bench.Add(CredentialKind.Secret);
        await _bench.StartAsync(_bench.Request(application, CredentialKind.Secret));
        var elsewhere = _bench.Request(application, CredentialKind.Secret, file: Path.Combine(_bench.Folder, "elsewhere"));
        var keyId = application.Credentials.Secrets[0].KeyId;
        elsewhere = new RotationRequest(elsewhere.Application, elsewhere.Destination) { Kind = CredentialKind.Secret, Replaces = keyId };

        var refused = await Assert.ThrowsAsync<ChangeRefusedException>(() => _bench.StartAsync(elsewhere));

        Assert.Contains("to another destination is under way", refused.Message, StringComparison.Ordinal);
        Assert.Equal(2, RotationBench.Count(application));
    }

    [Fact]
    public async Task A_file_that_somebody_changed_is_not_taken_for_one_that_was_never_written()
    {
        var application = _bench.Add(CredentialKind.Secret);
        var request = _bench.Request(application, CredentialKind.Secret);
        await _bench.StartAsync(request);
        await File.WriteAllTextAsync(_bench.File(application), "something else");
        File.SetLastWriteTimeUtc(_bench.File(application), TimeProvider.System.GetUtcNow().UtcDateTime.AddMinutes(1));

        var start = await Assert.ThrowsAsync<ChangeRefusedException>(() => _bench.StartAsync(request));
        var finish = await Assert.ThrowsAsync<ChangeRefusedException>(() => _bench.FinishAsync(request));

        Assert.All(
            [start, finish],
            refused => Assert.Contains("cannot be told whether programs use", refused.Message, StringComparison.Ordinal));
        Assert.Equal(2, RotationBench.Count(application));
    }

    [Fact]
    public async Task With_force_a_start_removes_a_credential_that_may_be_in_use_and_says_so()
    {
        var application = _bench.Add(CredentialKind.Secret);
        var lost = await StartAndLoseAsync(application);

        var plan = await _bench.StartAsync(_bench.Request(application, CredentialKind.Secret, force: true));

        Assert.Equal(2, plan.Changes.Count);
        Assert.Equal(
            $"Remove the {lost}. An earlier attempt added it, and it is not known whether it was written. Programs that use it will fail.",
            plan.Changes[0].What);
        Assert.Equal("It cannot be undone.", plan.Changes[0].Undo);
        Assert.NotEqual(lost.Name, Assert.Single(RotationBench.Added(application)));
        Assert.True(await _bench.WorksAsync(application, CredentialKind.Secret));
    }

    [Fact]
    public async Task With_force_a_start_does_not_plan_to_remove_the_last_valid_credential()
    {
        var application = _bench.Entra.AddApplication();
        application.AddSecret("old-secret", _bench.Clock.Now.AddDays(10));
        var lost = await StartAndLoseAsync(application);
        _bench.Clock.Advance(TimeSpan.FromDays(11));

        var refused = await Assert.ThrowsAsync<ChangeRefusedException>(
            () => _bench.StartAsync(_bench.Request(application, CredentialKind.Secret, force: true)));

        Assert.StartsWith(
            $"The {lost} stays, because no other credential of the application", refused.Message, StringComparison.Ordinal);
        Assert.Equal(lost.Name, Assert.Single(RotationBench.Added(application)));
    }

    [Fact]
    public async Task With_force_the_other_credentials_are_looked_at_again_before_one_that_may_be_in_use_is_removed()
    {
        var application = _bench.Add(CredentialKind.Secret);
        var lost = await StartAndLoseAsync(application);
        var request = _bench.Request(application, CredentialKind.Secret, force: true);
        var plan = await _bench.RunAsync(() => _bench.Rotation.PlanStartAsync(request));
        application.RemoveSecret("old-secret");

        var refused = await Assert.ThrowsAsync<ChangeRefusedException>(() => _bench.ApplyAsync(plan));

        Assert.StartsWith($"The {lost} stays", refused.Message, StringComparison.Ordinal);
        Assert.Equal(lost.Name, Assert.Single(RotationBench.Added(application)));
    }

    [Fact]
    public async Task A_credential_that_was_written_since_the_plan_was_made_is_not_removed()
    {
        var application = _bench.Add(CredentialKind.Secret);
        var request = _bench.Request(application, CredentialKind.Secret);
        _bench.Steps.Reset(failAt: 4); // Before the file.
        await Assert.ThrowsAsync<CrashException>(() => _bench.StartAsync(request));
        var plan = await _bench.RunAsync(() => _bench.Rotation.PlanStartAsync(request));
        Assert.StartsWith("Remove the client secret", plan.Changes[0].What, StringComparison.Ordinal);
        var added = application.Credentials.Secrets[1];
        _bench.Steps.Reset();
        await request.Destination.WriteAsync(
            new NewCredential(
                CredentialKind.Secret, RotationName.Parse(added.Name)!, added.KeyId!, _bench.Clock.Now.AddDays(180), added.Value,
                ClientSecretAuthentication.FromValue(added.Value)),
            CancellationToken.None);

        var refused = await Assert.ThrowsAsync<ChangeRefusedException>(() => _bench.ApplyAsync(plan));

        Assert.Contains("was changed since the plan was made. Make the plan again.", refused.Message, StringComparison.Ordinal);
        Assert.True(await _bench.WorksAsync(application, CredentialKind.Secret));
    }

    /// <summary>A rotation to a file that somebody changed afterwards, so that nothing tells whether programs use the new secret.</summary>
    private async Task<Governance.ApplicationKey> StartAndLoseAsync(EmulatedApplication application)
    {
        await _bench.StartAsync(_bench.Request(application, CredentialKind.Secret));
        await File.WriteAllTextAsync(_bench.File(application), "something else");
        File.SetLastWriteTimeUtc(_bench.File(application), TimeProvider.System.GetUtcNow().UtcDateTime.AddMinutes(1));
        var keys = await _bench.RunAsync(
            () => ApplicationKeys.ReadAsync(_bench.Client, new ClientId(application.ClientId), CancellationToken.None));
        return keys.All[1];
    }

    [Fact]
    public async Task Two_that_begin_at_the_same_time_add_one_credential()
    {
        var application = _bench.Add(CredentialKind.Secret);
        var request = _bench.Request(application, CredentialKind.Secret);
        var plans = await _bench.RunAsync(() => Task.WhenAll(
            _bench.Rotation.PlanStartAsync(request), _bench.Rotation.PlanStartAsync(request)));

        var refusals = await _bench.RunAsync(() => Task.WhenAll(
            plans.Select(plan => Record.ExceptionAsync(() => plan.ApplyAsync()))));

        Assert.IsType<ChangeRefusedException>(Assert.Single(refusals, refusal => refusal is not null));
        Assert.Single(RotationBench.Added(application));
    }

    [Fact]
    public async Task A_missing_permission_is_told()
    {
        await using var bench = await RotationBench.StartAsync(["Application.Read.All"]);
        var application = bench.Add(CredentialKind.Secret);

        var refused = await Assert.ThrowsAsync<GraphException>(() => bench.StartAsync(bench.Request(application, CredentialKind.Secret)));

        Assert.Equal(GraphErrorKind.PermissionMissing, refused.Error.Kind);
        Assert.False(refused.Error.IsOutcomeUnknown);
        Assert.Equal(1, RotationBench.Count(application));
    }

    [Fact]
    public void A_time_limit_that_leaves_no_time_is_refused()
    {
        foreach (var timeout in new[] { TimeSpan.Zero, Timeout.InfiniteTimeSpan })
        {
            var refused = Assert.Throws<ArgumentException>(
                () => new CredentialRotation(_bench.Client, new RotationOptions { AcceptanceTimeout = timeout }));

            Assert.StartsWith("RotationOptions.AcceptanceTimeout must be more than zero.", refused.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Each_certificate_has_a_key_of_its_own()
    {
        var options = new RotationOptions();
        using var one = options.MakeKey();
        using var other = options.MakeKey();

        Assert.Equal((2048, 2048), (one.KeySize, other.KeySize));
        Assert.NotEqual(one.ExportRSAPublicKey(), other.ExportRSAPublicKey());
    }

    [Fact]
    public void A_new_credential_is_tried_in_the_cloud_of_the_Graph_that_it_was_added_to()
    {
        var chosen = new ApplicationCredentialOptions();

        Assert.Equal(EntraCloud.China, new RotationOptions().ApplicationFor(GraphCloud.China).AuthorityHost);
        Assert.Equal(EntraCloud.UsGovernment, new RotationOptions().ApplicationFor(GraphCloud.UsGovernmentDod).AuthorityHost);
        Assert.Same(chosen, new RotationOptions { Application = chosen }.ApplicationFor(GraphCloud.China));
    }

    [Fact]
    public async Task An_unknown_application_is_told()
    {
        var request = new RotationRequest(
            new ClientId(Guid.NewGuid().ToString()), RotationDestination.ToFile(Path.Combine(_bench.Folder, "x")));

        var refused = await Assert.ThrowsAsync<ChangeRefusedException>(() => _bench.StartAsync(request));

        Assert.StartsWith("The tenant has no application with the client id", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task No_secret_is_in_a_plan_or_in_what_came_of_it()
    {
        var application = _bench.Add(CredentialKind.Secret);
        var plan = await _bench.StartAsync(_bench.Request(application, CredentialKind.Secret));
        var secret = await File.ReadAllTextAsync(_bench.File(application));

        Assert.DoesNotContain(secret, $"{plan} {plan.Changes[0].Outcome} {plan.Changes[0]}", StringComparison.Ordinal);
        Assert.DoesNotContain(secret, await File.ReadAllTextAsync($"{_bench.File(application)}.rotation"), StringComparison.Ordinal);
        Assert.DoesNotContain("old-secret", plan.ToString(), StringComparison.Ordinal);
    }
}
