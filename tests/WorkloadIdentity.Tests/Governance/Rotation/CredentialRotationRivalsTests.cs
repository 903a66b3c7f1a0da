using WorkloadIdentity.Governance;
using WorkloadIdentity.Testing;
using CredentialKind = WorkloadIdentity.Governance.CredentialKind;

namespace WorkloadIdentity.Tests;

/// <summary>Several machines that rotate one application, and credentials that somebody else added.</summary>
public sealed class CredentialRotationRivalsTests : IAsyncLifetime
{
    private RotationBench _bench = null!;

    public async Task InitializeAsync() => _bench = await RotationBench.StartAsync();

    public async Task DisposeAsync() => await _bench.DisposeAsync();

    [Theory]
    [InlineData(-1, false, true)]
    [InlineData(1, false, false)]
    [InlineData(1, true, true)]
    public async Task Of_two_rotations_the_one_that_wrote_goes_on_or_else_the_one_that_began_first(int seconds, bool wrote, bool yields)
    {
        var (application, destination) = (_bench.Add(CredentialKind.Secret), new SharedDestination());
        var old = application.Credentials.Secrets[0].KeyId;
        var name = RotationName.New(_bench.Clock.Now.AddSeconds(seconds), destination.Fingerprint, old);
        _bench.Hook = message =>
        {
            // Another machine adds its own at the same moment. It has written it, or not yet, when this one is about to.
            if (message.RequestUri!.AbsolutePath.EndsWith("/addPassword", StringComparison.Ordinal)
                && application.Credentials.Secrets.Count == 1)
            {
                AddNamed(application, name);
                if (wrote)
                {
                    destination.Write(name);
                }
            }

            return null;
        };

        var refused = await Record.ExceptionAsync(() => _bench.StartAsync(Request(application, destination)));

        Assert.Equal(yields, refused is not null);
        Assert.Equal(wrote || !yields ? 1 : 0, destination.Written.Count);
        Assert.StartsWith(yields ? "Another machine began" : "", refused?.Message ?? "", StringComparison.Ordinal);
        Assert.Contains(application.Credentials.Secrets, secret => secret.Name == name.ToString());
        Assert.Equal(yields ? 2 : 3, application.Credentials.Secrets.Count);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(3)]
    public async Task Two_machines_that_add_the_first_credential_at_the_same_time_leave_one(int later)
    {
        var (application, destination) = (_bench.Entra.AddApplication(), new SharedDestination());
        var request = Request(application, destination);
        var plans = await _bench.RunAsync(() => Task.WhenAll(
            _bench.Rotation.PlanStartAsync(request), _bench.OnAnotherMachine().PlanStartAsync(request)));

        var refusals = await _bench.RunAsync(() => Task.WhenAll(plans.Select(async (plan, index) =>
        {
            await Task.Delay(TimeSpan.FromSeconds(index * later), _bench.Clock);
            return await Record.ExceptionAsync(() => plan.ApplyAsync());
        })));

        Assert.IsType<ChangeRefusedException>(Assert.Single(refusals, refusal => refusal is not null));
        Assert.Equal(destination.Written.Single().Name.ToString(), Assert.Single(RotationBench.Added(application)));
    }

    [Fact]
    public async Task Two_plans_of_one_machine_add_one_first_credential()
    {
        var application = _bench.Entra.AddApplication();
        var request = _bench.Request(application, CredentialKind.Secret);
        var first = await _bench.RunAsync(() => _bench.Rotation.PlanStartAsync(request));
        var second = await _bench.RunAsync(() => _bench.Rotation.PlanStartAsync(request));
        await _bench.ApplyAsync(first);

        var refused = await Assert.ThrowsAsync<ChangeRefusedException>(() => _bench.ApplyAsync(second));

        Assert.StartsWith("Another rotation has begun since the plan was made", refused.Message, StringComparison.Ordinal);
        Assert.Single(RotationBench.Added(application));
        Assert.True(await _bench.WorksAsync(application, CredentialKind.Secret));
    }

    [Fact]
    public async Task A_young_credential_that_another_machine_may_be_about_to_write_is_not_removed()
    {
        var (application, destination) = (_bench.Add(CredentialKind.Secret), new SharedDestination());
        var name = RotationName.New(_bench.Clock.Now, destination.Fingerprint, application.Credentials.Secrets[0].KeyId);
        AddNamed(application, name);

        var refused = await Assert.ThrowsAsync<ChangeRefusedException>(() => _bench.StartAsync(Request(application, destination)));

        Assert.Contains("another machine may be about to write it to the vault", refused.Message, StringComparison.Ordinal);
        Assert.Equal([name.ToString()], RotationBench.Added(application));
        _bench.Clock.Advance(TimeSpan.FromMinutes(14));
        await Assert.ThrowsAsync<ChangeRefusedException>(() => _bench.StartAsync(Request(application, destination)));
        _bench.Clock.Advance(TimeSpan.FromMinutes(2));
        await _bench.StartAsync(Request(application, destination));
        Assert.Equal(destination.Written.Single().Name.ToString(), Assert.Single(RotationBench.Added(application)));
    }

    [Fact]
    public async Task With_force_a_young_credential_that_was_not_written_is_removed_at_once()
    {
        var (application, destination) = (_bench.Add(CredentialKind.Secret), new SharedDestination());
        AddNamed(application, RotationName.New(_bench.Clock.Now, destination.Fingerprint, application.Credentials.Secrets[0].KeyId));

        await _bench.StartAsync(Request(application, destination, force: true));

        Assert.Equal(destination.Written.Single().Name.ToString(), Assert.Single(RotationBench.Added(application)));
    }

    private static RotationRequest Request(EmulatedApplication application, RotationDestination destination, bool force = false) =>
        new(new ClientId(application.ClientId), destination) { Kind = CredentialKind.Secret, Force = force };

    private void AddNamed(EmulatedApplication application, RotationName name) => application.Credentials.Add(
        new ApplicationSecret($"secret-{name}", _bench.Clock.Now.AddDays(90)) { Name = name.ToString(), StartsOn = _bench.Clock.Now });
}
