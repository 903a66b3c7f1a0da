namespace WorkloadIdentity.Tests;

/// <summary>
/// Requests that used a new token at the same moment could each build its header; all but the last then took their own for one that
/// somebody had changed, and a rejected token was not renewed for them. Found by 100 parallel rejections of one token.
/// </summary>
public sealed class OneHeaderPerTokenTests
{
    [Fact]
    public async Task All_threads_get_the_same_header_of_a_token()
    {
        const int Tokens = 20_000;
        var tokens = Enumerable.Range(0, Tokens).Select(number => FakeTokens.Token($"t{number}")).ToArray();
        using var start = new Barrier(2);
        var readers = Enumerable.Range(0, 2).Select(_ => Task.Factory.StartNew(
            () =>
            {
                start.SignalAndWait();
                return Array.ConvertAll(tokens, token => token.Header);
            },
            CancellationToken.None,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default)).ToArray();

        var headers = await Task.WhenAll(readers).WaitAsync(Patience.Limit);

        for (var token = 0; token < Tokens; token++)
        {
            Assert.Same(headers[0][token], headers[1][token]);
            Assert.Same(headers[0][token], tokens[token].Header);
        }
    }
}
