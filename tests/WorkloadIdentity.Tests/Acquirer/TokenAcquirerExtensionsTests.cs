namespace WorkloadIdentity.Tests;

/// <summary>Synchronous callers of an acquirer. How a blocked thread is replaced is for <see cref="BlockingTests"/>.</summary>
public sealed class TokenAcquirerExtensionsTests
{
    private static readonly TokenRequest Orders = new("api://orders/.default");

    private readonly FakeTokens _tokens = new();

    [Fact]
    public void A_token_comes_back_synchronously_and_is_asked_for_as_given()
    {
        Assert.Equal("t1", _tokens.GetToken(Orders).Value);
        Assert.Equal("t2", _tokens.RenewToken(Orders, _tokens.Current, "{}").Value);

        Assert.Equal([Orders], _tokens.Requests);
        Assert.Equal(("t1", "{}"), (_tokens.Renewals[0].Rejected?.Value, _tokens.Renewals[0].Claims));
    }

    [Fact]
    public void A_cached_token_costs_nothing()
    {
        var clock = new FakeClock();
        using var acquirer = new TokenAcquirer(
            ControlledCredential.Issuing(clock, TimeSpan.FromHours(1)), new TokenAcquirerOptions { TimeProvider = clock });
        acquirer.GetToken(Orders);
        acquirer.GetToken(Orders);

        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var time = 0; time < 100; time++)
        {
            acquirer.GetToken(Orders);
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    /// <summary>An acquisition that posted to the context of the thread that waits for it would never end.</summary>
    [Fact]
    public async Task The_acquisition_does_not_see_the_callers_synchronization_context()
    {
        var answer = new TaskCompletionSource<AccessToken>(TaskCreationOptions.RunContinuationsAsynchronously);
        var asked = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _tokens.OnGet = async (_, _) =>
        {
            asked.SetResult();
            return await answer.Task;
        };
        var caller = Task.Factory.StartNew(
            () =>
            {
                SynchronizationContext.SetSynchronizationContext(new OneThreadContext());
                return _tokens.GetToken(Orders).Value;
            },
            CancellationToken.None,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default);

        await asked.Task;
        answer.SetResult(FakeTokens.Token("late"));

        Assert.Equal("late", await caller.WaitAsync(Patience.Limit));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_cancelled_wait_ends_although_the_acquirer_ignores_it(bool renews)
    {
        var never = new TaskCompletionSource<AccessToken>();
        var asked = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _tokens.OnGet = (_, _) => NeverAsync();
        _tokens.OnRenew = (_, _) => NeverAsync();
        using var end = new CancellationTokenSource();
        var caller = Task.Factory.StartNew(
            () => renews ? _tokens.RenewToken(Orders, null, null, end.Token) : _tokens.GetToken(Orders, end.Token),
            CancellationToken.None,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default);

        await asked.Task;
        await end.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => caller.WaitAsync(Patience.Limit));

        ValueTask<AccessToken> NeverAsync()
        {
            asked.SetResult();
            return new ValueTask<AccessToken>(never.Task);
        }
    }

    [Fact]
    public void A_failure_is_the_acquirers_own_exception()
    {
        var failure = new TokenAcquisitionException(new TokenError(TokenErrorKind.Refused, "No."));
        _tokens.OnGet = (_, _) => ValueTask.FromException<AccessToken>(failure);

        Assert.Same(failure, Assert.Throws<TokenAcquisitionException>(() => _tokens.GetToken(Orders)));
        Assert.Throws<ArgumentNullException>(() => ((ITokenAcquirer)null!).GetToken(Orders));
    }
}
