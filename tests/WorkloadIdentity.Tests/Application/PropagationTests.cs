namespace WorkloadIdentity.Tests;

/// <summary>A federated credential that was made just now is not known everywhere yet.</summary>
public sealed class PropagationTests
{
    private readonly EntraFake _entra = new();
    private int _minted;

    [Theory]
    [InlineData(70021)]
    [InlineData(700211)]
    [InlineData(700212)]
    [InlineData(700213)]
    [InlineData(70025)]
    public async Task Within_the_tolerance_it_is_asked_for_again_with_a_new_assertion(long code)
    {
        var result = await _entra.Refuses(code).Refuses(code).Issues().RunAsync(Federation(TimeSpan.FromMinutes(1)));

        Assert.Equal(TokenVerdict.Issued, result.Verdict);
        Assert.Equal(3, _entra.Server.Requests.Select(request => request.Form["client_assertion"]).Distinct().Count());
        Assert.InRange(_entra.Clock.Now, Start.AddSeconds(15), Start.AddSeconds(16));
        Assert.Equal(2, _entra.Log.Count(204));
    }

    [Fact]
    public async Task Without_being_asked_to_nobody_waits()
    {
        var result = await _entra.Refuses(70021).RunAsync(Federation(TimeSpan.Zero));

        Assert.Equal(TokenErrorCategory.FederationMismatch, result.Error!.Category);
        Assert.Single(_entra.Server.Requests);
    }

    [Theory]
    [InlineData(7002138)]
    [InlineData(700223)]
    [InlineData(7000215)]
    public async Task What_time_does_not_mend_is_told_at_once(long code)
    {
        // One whose code is about rotated material is sent once more, with the newer assertion.
        _entra.Refuses(code).Refuses(code);

        var result = await _entra.RunAsync(Federation(TimeSpan.FromMinutes(1)));

        Assert.Equal([code], result.Error!.EntraErrorCodes);
        Assert.Equal(Start, _entra.Clock.Now);
    }

    [Fact]
    public async Task The_tolerance_is_kept_and_the_last_try_is_at_its_end()
    {
        _entra.Server.Otherwise = _ => FakeServer.Response(System.Net.HttpStatusCode.Unauthorized, EntraFake.Error(70025));

        var result = await _entra.RunAsync(Federation(TimeSpan.FromSeconds(60)));

        Assert.Equal(TokenErrorCategory.FederationConfig, result.Error!.Category);
        Assert.Equal(Start.AddSeconds(60), _entra.Clock.Now);

        // At 0, 5, 15, 35, 55 and 60 seconds.
        Assert.Equal(6, _entra.Server.Requests.Count);
    }

    [Fact]
    public async Task A_caller_that_leaves_ends_the_wait()
    {
        using var leaving = new CancellationTokenSource();
        var acquiring =
            _entra.Refuses(70021).AcquireAsync(_entra.Credential(Federation(TimeSpan.FromMinutes(1))), cancellationToken: leaving.Token);

        await leaving.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => acquiring);
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(901)]
    public void A_tolerance_out_of_range_is_refused(int seconds) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => Federation(TimeSpan.FromSeconds(seconds)));

    private DateTimeOffset Start { get; } = new FakeClock().Now;

    private FederatedAuthentication Federation(TimeSpan tolerance) =>
        new(AssertionSource.FromCallback(
            (_, _) => ValueTask.FromResult(EntraFake.Jwt($"subject-{++_minted}"))))
        { PropagationTolerance = tolerance };
}
