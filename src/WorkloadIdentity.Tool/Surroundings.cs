using System.Net;
using System.Runtime.InteropServices;
using Amazon.SecurityToken;

namespace WorkloadIdentity.Tool;

/// <summary>Everything outside the tool that it uses: environment, console, network, files, clock. Tests replace it.</summary>
internal sealed class Surroundings
{
    public required WorkloadEnvironment Environment { get; init; }

    /// <summary>Standard output, for results. If writing fails, the command ends.</summary>
    public required TextWriter Out { get; init => field = value as GuardedWriter ?? new GuardedWriter(() => value, isResult: true); }

    /// <summary>Standard error, for problems and progress. A failed write is ignored.</summary>
    public required TextWriter Error { get; init => field = value as GuardedWriter ?? new GuardedWriter(() => value, isResult: false); }

    /// <summary>Whether output goes to a file or another program. It then has no colours and no progress.</summary>
    public bool IsOutRedirected { get; init; }

    public bool IsErrorRedirected { get; init; }

    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;

    /// <summary>The client for Entra and for the check whether Entra can be reached; null uses the library's own.</summary>
    public HttpClient? EntraClient { get; init; }

    /// <summary>Sends requests to Graph, and follows no redirect; null uses connections of the client's own.</summary>
    public HttpMessageHandler? GraphTransport { get; init; }

    /// <summary>The client for managed identity hosts; null uses the library's own.</summary>
    public HttpClient? LocalClient { get; init; }

    /// <summary>The client for AWS STS; null uses the package's own.</summary>
    public IAmazonSecurityTokenService? AwsTokenService { get; init; }

    public Func<string, FileFacts> Look { get; init; } = FileFacts.OfDisk;

    public Func<string, CancellationToken, Task<IPAddress[]>> ResolveAsync { get; init; } = Dns.GetHostAddressesAsync;

    /// <summary>The proxy for an address; null if there is none.</summary>
    public Func<Uri, Uri?> ProxyFor { get; init; } =
        static address => HttpClient.DefaultProxy.IsBypassed(address) ? null : HttpClient.DefaultProxy.GetProxy(address);

    /// <summary>The machine, as the runtime reports it.</summary>
    public PlatformFacts Platform { get; init; } = PlatformFacts.OfProcess();

    /// <summary>How long an operation runs before progress is shown.</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Gives the signals of this process to a command that passes them on, until the result is disposed.</summary>
    public Func<Action<PosixSignal>, IDisposable?> TakeSignals { get; init; } = static _ => null;

    public static Surroundings FromProcess(Signals? signals = null) => new()
    {
        Environment = WorkloadEnvironment.FromProcess(),
        Out = new GuardedWriter(() => StandardStream.Open(1, () => Console.Out), isResult: true),
        Error = new GuardedWriter(() => StandardStream.Open(2, () => Console.Error), isResult: false),
        IsOutRedirected = Console.IsOutputRedirected,
        IsErrorRedirected = Console.IsErrorRedirected,
        TakeSignals = receiver => signals?.PassTo(receiver),
    };
}
