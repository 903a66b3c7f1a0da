using WorkloadIdentity.Governance;

namespace WorkloadIdentity.Tests;

public sealed class RotationLockTests : IDisposable
{
    private readonly FakeClock _clock = new();
    private readonly string _folder = Directory.CreateTempSubdirectory("lock").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task The_second_waits_for_the_first_and_others_do_not()
    {
        var first = await TakeAsync("orders");
        var second = TakeAsync("orders");
        using var other = await TakeAsync("shop");
        Assert.False(second.IsCompleted);

        first.Dispose();
        _clock.Advance(TimeSpan.FromSeconds(1));

        using var turn = await second;
    }

    [Fact]
    public async Task After_a_quarter_of_an_hour_it_says_what_it_waits_for()
    {
        using var first = await TakeAsync("orders");
        var second = TakeAsync("orders");
        while (!second.IsCompleted)
        {
            _clock.Advance(TimeSpan.FromMinutes(1));
            await Task.Yield();
        }

        var refused = await Assert.ThrowsAsync<ChangeRefusedException>(() => second);
        Assert.Contains("orders.lock", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Trouble_with_the_file_is_not_taken_for_another_rotation()
    {
        if (OperatingSystem.IsWindows())
        {
            return; // Only administrators may make the link there.
        }

        var file = Path.Combine(_folder, "orders.lock");
        File.CreateSymbolicLink(file, file);

        var turn = TakeAsync("orders");

        Assert.IsType<IOException>(Assert.Single(turn.Exception!.InnerExceptions));
    }

    private Task<IDisposable> TakeAsync(string id) => RotationLock.TakeAsync(_folder, id, _clock, CancellationToken.None);
}
