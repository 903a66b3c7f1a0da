using System.Net;

namespace WorkloadIdentity.Tool;

/// <summary>Everything outside of the tool that it touches: environment, console, network, files, clock. Tests bring their own.</summary>
internal sealed class Surroundings
{
    public required WorkloadEnvironment Environment { get; init; }

    /// <summary>Where what was asked for is written. What cannot be written there ends the command.</summary>
    public required TextWriter Out { get; init => field = value as GuardedWriter ?? new GuardedWriter(() => value, isResult: true); }

    /// <summary>Where problems and progress are told. What cannot be told there is left out.</summary>
    public required TextWriter Error { get; init => field = value as GuardedWriter ?? new GuardedWriter(() => value, isResult: false); }

    /// <summary>Output goes to a file or another program, which wants neither colours nor progress.</summary>
    public bool IsOutRedirected { get; init; }

    public bool IsErrorRedirected { get; init; }

    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;

    /// <summary>The client that asks Entra and, on request, whether Entra can be reached; null takes the library's own.</summary>
    public HttpClient? EntraClient { get; init; }

    /// <summary>The client that asks managed identity hosts; null takes the library's own.</summary>
    public HttpClient? LocalClient { get; init; }

    public Func<string, FileFacts> Look { get; init; } = FileFacts.OfDisk;

    public Func<string, CancellationToken, Task<IPAddress[]>> ResolveAsync { get; init; } = Dns.GetHostAddressesAsync;

    /// <summary>The proxy on the way to an address; null where there is none.</summary>
    public Func<Uri, Uri?> ProxyFor { get; init; } =
        static address => HttpClient.DefaultProxy.IsBypassed(address) ? null : HttpClient.DefaultProxy.GetProxy(address);

    /// <summary>What this is, as the runtime tells it.</summary>
    public PlatformFacts Platform { get; init; } = PlatformFacts.OfProcess();

    /// <summary>How long something may take before progress is shown.</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromSeconds(1);

    public static Surroundings FromProcess() => new()
    {
        Environment = WorkloadEnvironment.FromProcess(),
        Out = new GuardedWriter(() => StandardStream.Open(1, () => Console.Out), isResult: true),
        Error = new GuardedWriter(() => StandardStream.Open(2, () => Console.Error), isResult: false),
        IsOutRedirected = Console.IsOutputRedirected,
        IsErrorRedirected = Console.IsErrorRedirected,
    };
}
