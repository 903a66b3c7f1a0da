using System.Globalization;
using WorkloadIdentity.Governance;
using WorkloadIdentity.Testing;
using CredentialKind = WorkloadIdentity.Governance.CredentialKind;

namespace WorkloadIdentity.Tests;

/// <summary>What must be known before the old credential of a rotation is removed, at the plan and again at the change.</summary>
public sealed class CredentialRotationEvidenceTests : IAsyncLifetime
{
    private RotationBench _bench = null!;

    public async Task InitializeAsync() => _bench = await RotationBench.StartAsync();

    public async Task DisposeAsync() => await _bench.DisposeAsync();

    [Fact]
    public async Task The_old_credential_stays_if_the_destination_was_put_back_since_the_plan_was_made()
    {
        var application = _bench.Add(CredentialKind.Secret);
        var request = _bench.Request(application, CredentialKind.Secret, force: true);
        await _bench.StartAsync(request);
        var plan = await _bench.RunAsync(() => _bench.Rotation.PlanFinishAsync(request));
        await File.WriteAllTextAsync(_bench.File(application), "old-secret");

        var refused = await Assert.ThrowsAsync<ChangeRefusedException>(() => _bench.ApplyAsync(plan));

        Assert.Contains("was changed since the plan was made", refused.Message, StringComparison.Ordinal);
        Assert.True(await _bench.WorksAsync(application, CredentialKind.Secret));
    }

    [Fact]
    public async Task The_old_credential_stays_if_it_was_used_since_the_plan_was_made()
    {
        var (application, request) = await StartedAsync();
        _bench.Clock.Advance(TimeSpan.FromDays(2));
        var (old, added) = KeyIds(application);
        _bench.Report = [Row(application, added)];
        var plan = await _bench.RunAsync(() => _bench.Rotation.PlanFinishAsync(request));
        _bench.Report = [Row(application, added), Row(application, old)];

        var refused = await Assert.ThrowsAsync<ChangeRefusedException>(() => _bench.ApplyAsync(plan));

        Assert.StartsWith($"The old client secret {old}", refused.Message, StringComparison.Ordinal);
        Assert.Equal(2, RotationBench.Count(application));
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("null")]
    [InlineData("""{"lastSignInDateTime":"26/11/2026 at noon"}""")]
    [InlineData("""{"lastSignInDateTime":null}""")]
    public async Task A_use_whose_date_cannot_be_read_is_not_taken_for_none(string activity)
    {
        var (application, request) = await StartedAsync();
        _bench.Clock.Advance(TimeSpan.FromDays(2));
        var (old, added) = KeyIds(application);
        _bench.Report =
            [$$"""{"appId":"{{application.ClientId}}","keyId":"{{old}}","signInActivity":{{activity}} }""", Row(application, added)];

        var refused = await Assert.ThrowsAsync<ChangeRefusedException>(() => _bench.FinishAsync(request));

        Assert.Contains("without a date that can be read", refused.Message, StringComparison.Ordinal);
        Assert.Equal(2, RotationBench.Count(application));
        await _bench.FinishAsync(_bench.Request(application, CredentialKind.Secret, force: true));
        Assert.Equal(1, RotationBench.Count(application));
    }

    [Fact]
    public async Task The_start_is_that_of_Graph_if_the_clock_of_the_machine_was_behind()
    {
        var (application, destination) = (_bench.Add(CredentialKind.Secret), new SharedDestination());
        var old = application.Credentials.Secrets[0].KeyId;
        var name = RotationName.New(_bench.Clock.Now.AddDays(-3), destination.Fingerprint, old);
        var added = new ApplicationSecret("new", _bench.Clock.Now.AddDays(90)) { Name = name.ToString(), StartsOn = _bench.Clock.Now };
        application.Credentials.Add(added);
        await destination.WriteAsync(
            new NewCredential(
                CredentialKind.Secret, name, added.KeyId!, _bench.Clock.Now.AddDays(90), "new",
                ClientSecretAuthentication.FromValue("new")),
            CancellationToken.None);
        var request = new RotationRequest(new ClientId(application.ClientId), destination) { Kind = CredentialKind.Secret };
        _bench.Report = [Row(application, added.KeyId!)];

        var early = await Assert.ThrowsAsync<ChangeRefusedException>(() => _bench.FinishAsync(request));
        Assert.StartsWith("The grace period has not passed", early.Message, StringComparison.Ordinal);
        _bench.Clock.Advance(TimeSpan.FromHours(25));
        var trial = await Assert.ThrowsAsync<ChangeRefusedException>(() => _bench.FinishAsync(request));
        Assert.StartsWith("The report of sign-ins does not cover the grace period yet", trial.Message, StringComparison.Ordinal);

        _bench.Report = [Row(application, added.KeyId!)];
        await _bench.FinishAsync(request);
        Assert.Equal(1, RotationBench.Count(application));
    }

    [Fact]
    public async Task An_old_credential_that_expired_a_day_ago_is_removed_without_the_report()
    {
        await using var bench = await RotationBench.StartAsync([.. RotationBench.Permissions.Except(["AuditLog.Read.All"])]);
        var application = bench.Entra.AddApplication();
        application.AddSecret("old-secret", bench.Clock.Now.AddDays(2));
        var request = bench.Request(application, CredentialKind.Secret);
        await bench.StartAsync(request);
        bench.Clock.Advance(TimeSpan.FromHours(71));
        await Assert.ThrowsAsync<ChangeRefusedException>(() => bench.FinishAsync(request));
        bench.Clock.Advance(TimeSpan.FromHours(2));

        var plan = await bench.FinishAsync(request);

        Assert.StartsWith("The old credential has expired", Assert.Single(plan.Notes), StringComparison.Ordinal);
        Assert.Equal(1, RotationBench.Count(application));
        Assert.True(await bench.WorksAsync(application, CredentialKind.Secret));
    }

    [Fact]
    public async Task A_new_credential_that_expired_before_the_end_of_the_rotation_is_replaced()
    {
        var (application, request) = await StartedAsync();
        var expired = RotationBench.Added(application).Single();
        _bench.Clock.Advance(TimeSpan.FromDays(200));
        Assert.False(await _bench.WorksAsync(application, CredentialKind.Secret));

        await _bench.StartAsync(request);

        Assert.Single(RotationBench.Added(application), name => name != expired);
        Assert.True(await _bench.WorksAsync(application, CredentialKind.Secret));
        Assert.True((await _bench.StartAsync(request)).IsEmpty);
        await _bench.FinishAsync(_bench.Request(application, CredentialKind.Secret, force: true));
        Assert.DoesNotContain(application.Credentials.Secrets, secret => secret.Name is null);
        Assert.True(await _bench.WorksAsync(application, CredentialKind.Secret));
    }

    [Fact]
    public async Task A_rotation_of_one_credential_is_not_taken_for_that_of_another()
    {
        var application = _bench.Add(CredentialKind.Secret);
        application.AddSecret("of another program");
        var (first, second) = (application.Credentials.Secrets[0].KeyId!, application.Credentials.Secrets[1].KeyId!);
        RotationRequest Of(string keyId) => _bench.Request(application, CredentialKind.Secret, force: true).Replacing(keyId);
        await _bench.StartAsync(Of(first));

        foreach (var command in (Func<Task<ChangePlan>>[])[() => _bench.StartAsync(Of(second)), () => _bench.FinishAsync(Of(second))])
        {
            var refused = await Assert.ThrowsAsync<ChangeRefusedException>(command);
            Assert.StartsWith(
                $"The rotation that is under way replaces the credential {first}, and not {second}", refused.Message,
                StringComparison.Ordinal);
        }

        Assert.Equal(3, RotationBench.Count(application));
        Assert.True((await _bench.StartAsync(Of(first.ToUpperInvariant()))).IsEmpty);
        await _bench.FinishAsync(Of(first));
        Assert.DoesNotContain(application.Credentials.Secrets, secret => secret.KeyId == first);
        Assert.Contains(application.Credentials.Secrets, secret => secret.KeyId == second);
    }

    [Fact]
    public async Task The_plan_says_that_programs_of_other_users_will_not_be_able_to_read_the_file()
    {
        if (OperatingSystem.IsWindows())
        {
            return; // A file has the rights of its folder there.
        }

        var application = _bench.Add(CredentialKind.Secret);
        var file = _bench.File(application);
        var request = new RotationRequest(new ClientId(application.ClientId), RotationDestination.ToFile(file))
        {
            Kind = CredentialKind.Secret,
        };
        await File.WriteAllTextAsync(file, "old-secret");
        File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        Assert.Empty((await _bench.RunAsync(() => _bench.Rotation.PlanStartAsync(request))).Notes);
        File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead);

        var plan = await _bench.RunAsync(() => _bench.Rotation.PlanStartAsync(request));

        Assert.StartsWith($"Other users may read the file {file} now.", Assert.Single(plan.Notes), StringComparison.Ordinal);
    }

    private async Task<(EmulatedApplication Application, RotationRequest Request)> StartedAsync()
    {
        var application = _bench.Add(CredentialKind.Secret);
        var request = _bench.Request(application, CredentialKind.Secret);
        await _bench.StartAsync(request);
        return (application, request);
    }

    private static (string Old, string Added) KeyIds(EmulatedApplication application) =>
        (application.Credentials.Secrets[0].KeyId!, application.Credentials.Secrets[1].KeyId!);

    private string Row(EmulatedApplication application, string keyId) => string.Create(
        CultureInfo.InvariantCulture,
        $$"""{"appId":"{{application.ClientId}}","keyId":"{{keyId}}","signInActivity":{"lastSignInDateTime":"{{_bench.Clock.Now:O}}"} }""");
}
