using WorkloadIdentity.Governance;

namespace WorkloadIdentity.Tests;

public sealed class ChangePlanTests
{
    private static readonly GraphActor Actor = new("tenant-1", "application 'Deploy'");

    private readonly List<string> _made = [];

    [Fact]
    public async Task The_changes_are_made_in_their_order_and_only_when_it_is_applied()
    {
        var plan = Plan(Change("one"), Change("two"));
        Assert.Empty(_made);
        var told = new Told();

        await plan.ApplyAsync(told);

        Assert.Equal(["one", "two"], _made);
        Assert.Equal(["one", "two"], told.Made.Select(change => change.What));
        Assert.Equal(["made one", "made two"], plan.Changes.Select(change => change.Outcome));
    }

    [Fact]
    public async Task The_first_failure_ends_it_and_the_plan_cannot_be_applied_again()
    {
        var plan = Plan(Change("one"), new PlannedChange("two", "u", _ => throw new ChangeRefusedException("no")), Change("three"));

        await Assert.ThrowsAsync<ChangeRefusedException>(() => plan.ApplyAsync());
        var again = await Assert.ThrowsAsync<InvalidOperationException>(() => plan.ApplyAsync());

        Assert.Equal(["one"], _made);
        Assert.Equal([true, false, false], plan.Changes.Select(change => change.Outcome is not null));
        Assert.Equal("This plan was applied before. Make a new plan: it has what is left to do.", again.Message);
    }

    [Fact]
    public async Task Cancellation_ends_it_between_two_changes()
    {
        using var stop = new CancellationTokenSource();
        var plan = Plan(
            new PlannedChange("one", "u", async _ =>
            {
                await stop.CancelAsync();
                return null;
            }),
            Change("two"));

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => plan.ApplyAsync(cancellationToken: stop.Token));

        Assert.Empty(_made);
        Assert.Equal("done", plan.Changes[0].Outcome);
    }

    [Fact]
    public void Its_text_says_tenant_object_identity_changes_and_how_to_undo_them()
    {
        var plan = new ChangePlan(Actor, "application 'Orders'", [Change("one"), Change("two")], ["The policy could not be read."]);

        Assert.Equal(
            """
            Tenant:  tenant-1
            Object:  application 'Orders'
            Made by: application 'Deploy'
            Changes:
              1. one
                 Undo: undo one
              2. two
                 Undo: undo two
            Note:    The policy could not be read.
            """.ReplaceLineEndings(),
            plan.ToString());
        Assert.False(plan.IsEmpty);
    }

    [Fact]
    public void A_plan_without_changes_says_so()
    {
        Assert.True(Plan().IsEmpty);
        Assert.EndsWith("Changes: none", Plan().ToString(), StringComparison.Ordinal);
    }

    private static ChangePlan Plan(params PlannedChange[] changes) => new(Actor, "application 'Orders'", changes);

    private PlannedChange Change(string what) => new(what, $"undo {what}", _ =>
    {
        _made.Add(what);
        return Task.FromResult<string?>($"made {what}");
    });

    private sealed class Told : IProgress<PlannedChange>
    {
        public List<PlannedChange> Made { get; } = [];

        public void Report(PlannedChange value) => Made.Add(value);
    }
}
