using System.Net.Sockets;
using System.Security.Authentication;
using Microsoft.Extensions.Logging;
using WorkloadIdentity.DistributedCache;

namespace WorkloadIdentity.Tests;

/// <summary>
/// Clients of Redis report a wrong password, a failed handshake or an unknown host only after seconds, when the call was given up long ago.
/// The cause reaches the log then.
/// </summary>
public sealed class CacheFailureTests
{
    private readonly StoreBench _bench = new();

    [Fact]
    public async Task The_cause_that_comes_after_the_time_limit_is_logged_once_and_told_with_the_next_time_out()
    {
        var late = new TaskCompletionSource<byte[]?>();
        _bench.Cache.Reads = (_, token) =>
        {
            _bench.Clock.Hold(late.Task, token);
            return late.Task;
        };
        var store = _bench.Store();
        Assert.Null(await _bench.Clock.RunUntilAsync(() => store.ReadAsync(StoreBench.Partition, StoreBench.Request, default)));
        Assert.Equal(0, _bench.Log.Count(504));

        late.SetException(new IOException(
            "canary", new InvalidOperationException("Error: WRONGPASS invalid username-password pair or canary is disabled.")));

        await Patience.UntilAsync(() => _bench.Log.Count(500) == 1);
        Assert.Contains(
            _bench.Log.Entries,
            entry =>
                entry is { Id: 504, Level: LogLevel.Warning } && entry.Text.Contains("IOException (WRONGPASS)", StringComparison.Ordinal));
        _bench.Cache.Reads = (_, token) => _bench.Clock.HangForeverAsync<byte[]?>(token);
        _bench.Clock.Advance(TimeSpan.FromSeconds(5));
        Assert.Null(await _bench.Clock.RunUntilAsync(() => store.ReadAsync(StoreBench.Partition, StoreBench.Request, default)));
        await _bench.Clock.RunUntilAsync(async () =>
        {
            await Patience.UntilAsync(() => _bench.Log.Count(500) == 2);
            return true;
        });
        Assert.Equal(1, _bench.Log.Count(504));
        Assert.Contains(
            _bench.Log.Entries,
            entry =>
                entry.Id == 500
                    && entry.Text.Contains("1000 ms. An earlier call ended late, in IOException (WRONGPASS).", StringComparison.Ordinal));
        Assert.DoesNotContain(_bench.Log.Entries, entry => entry.Text.Contains("canary", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_late_failure_of_a_write_is_logged_too()
    {
        var late = new TaskCompletionSource();
        _bench.Cache.Writes = (_, token) =>
        {
            _bench.Clock.Hold(late.Task, token);
            return late.Task;
        };
        var store = _bench.Store();
        await _bench.Clock.RunUntilAsync(async () =>
        {
            await store.WriteAsync(StoreBench.Partition, StoreBench.Request, _bench.NewToken(), default);
            return true;
        });

        late.SetException(new IOException("NOPERM this user has no permissions to run the 'expire' command"));

        await Patience.UntilAsync(() =>
            _bench.Log.Entries.Any(entry =>
                entry.Id == 504 && entry.Text.Contains("while writing failed later: IOException (NOPERM)", StringComparison.Ordinal)));
    }

    public static TheoryData<Exception, string> Causes => new()
    {
        { new IOException("host secret.example"), "IOException" },
        { new IOException("x", new SocketException((int)SocketError.HostNotFound)), "IOException (HostNotFound)" },
        { new IOException("x", new SocketException((int)SocketError.ConnectionRefused)), "IOException (ConnectionRefused)" },
        { new IOException(
            "x", new AuthenticationException("the remote certificate of secret.example was rejected")), "IOException (TLS failed)" },
        {
            new TimeoutException(
                "The message timed out in the backlog - Last Connection Exception: AuthenticationFailure (None, last-recv: 483) on "
                    + "secret.example:6379/Interactive",
                new InvalidOperationException("Error: NOAUTH Authentication required.")),
            "TimeoutException (AuthenticationFailure, NOAUTH)"
        },
        { new IOException("OOM command not allowed when used memory > 'maxmemory'."), "IOException (OOM)" },
        { new IOException("MUSHROOM, LOADINGS and a NOPERMIT are other words"), "IOException" },
    };

    [Theory]
    [MemberData(nameof(Causes))]
    public void A_cause_is_told_in_words_of_a_closed_list(Exception exception, string expected) =>
        Assert.Equal(expected, CacheFailure.Describe(exception));
}
