using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace WorkloadIdentity.Testing;

/// <summary>
/// The web server: Kestrel on loopback, over http and over https. It routes, waits, applies faults, keeps the journal and writes answers.
/// </summary>
internal sealed class EmulatorServer : IAsyncDisposable
{
    /// <summary>The size limit of a request. Assertions have a few kilobytes, and no other request is larger.</summary>
    private const int MaxRequestBytes = 256 * 1024;

    private readonly WebApplication _application;
    private readonly EmulatorAddress _address;
    private readonly TimeProvider _clock;
    private readonly CancellationTokenSource _stopping = new();
    private EntraEmulator? _entra;
    private EmulatedEndpoint[] _endpoints = [];

    private EmulatorServer(WebApplication application, EmulatorAddress address, TlsCertificates certificates, TimeProvider clock)
    {
        _application = application;
        _address = address;
        Certificates = certificates;
        _clock = clock;
    }

    public Uri PlainAddress => field ??= AddressOf("http");

    public Uri SecureAddress => field ??= AddressOf("https");

    public TlsCertificates Certificates { get; }

    public EmulatorAddress Name => _address;

    public static async Task<EmulatorServer> StartAsync(EntraEmulatorOptions options, CancellationToken cancellationToken)
    {
        var address = new EmulatorAddress(options);
        var certificates = TlsCertificates.Create([address.Name.Trim('[', ']')], TimeProvider.System.GetUtcNow());

        // An empty builder: no appsettings.json, no variable and no hosting add-on of the test's machine can bind another address or print
        // a request.
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseKestrelHttpsConfiguration().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = MaxRequestBytes;
            kestrel.Listen(address.Listen, options.Port);
            kestrel.Listen(address.Listen, options.SecurePort, secure => secure.UseHttps(https =>
            {
                https.ServerCertificate = certificates.Server;

                // Asked for and not judged here: an endpoint decides what a certificate proves. Most clients have none.
                https.ClientCertificateMode = ClientCertificateMode.AllowCertificate;
                https.AllowAnyClientCertificate();
            }));
        });

        // The default lifetime would take Ctrl+C away from the program.
        builder.Services.AddSingleton<IHostLifetime, QuietLifetime>();
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = TimeSpan.FromSeconds(2));
        var application = builder.Build();
        var server = new EmulatorServer(application, address, certificates, options.TimeProvider);
        application.Run(server.HandleAsync);
        try
        {
            await application.StartAsync(cancellationToken).ConfigureAwait(false);
            return server;
        }
        catch
        {
            await server.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Starts serving. Until now every request was answered 503.</summary>
    public void Serve(EntraEmulator entra)
    {
        _entra = entra;
        Volatile.Write(
            ref _endpoints,
            [
                new AdminEndpoint(entra), new PageEndpoint(entra), new TokenRequestEndpoint(entra), new ApiEndpoint(entra),
                new DiscoveryEndpoint(entra), new InstanceDiscoveryEndpoint(entra),
                new BuildSystemEndpoint(entra), new GoogleMetadataEndpoint(entra),
                new ImdsEndpoint(entra), new AppServiceEndpoint(entra), new ArcEndpoint(entra), new ServiceFabricEndpoint(entra),
                new CloudShellEndpoint(entra),
                new ContainerInstancesEndpoint(entra),
                new Of2017Endpoint(entra, isMachineLearning: false), new Of2017Endpoint(entra, isMachineLearning: true),
            ]);
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync().ConfigureAwait(false);
        await _application.StopAsync(CancellationToken.None).ConfigureAwait(false);
        await _application.DisposeAsync().ConfigureAwait(false);
        Certificates.Dispose();
        _stopping.Dispose();
    }

    private Uri AddressOf(string scheme)
    {
        var bound = new Uri(_application.Urls.Single(url => url.StartsWith($"{scheme}://", StringComparison.Ordinal)));
        return new Uri($"{scheme}://{_address.Name}:{bound.Port}/");
    }

    private async Task HandleAsync(HttpContext http)
    {
        var endpoints = Volatile.Read(ref _endpoints);
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(http.RequestAborted, _stopping.Token);
        try
        {
            var answer = endpoints.Length == 0 ? EmulatedAnswer.Text(503, "The emulator is starting.")
                : Refuse(http.Request) ?? await AnswerAsync(http, endpoints, _entra!, ending.Token).ConfigureAwait(false);
            if (answer is null)
            {
                http.Abort();
                return;
            }

            await answer.SendAsync(http.Response, ending.Token).ConfigureAwait(false);
        }
        catch (BadHttpRequestException exception)
        {
            await EmulatedAnswer.Text(exception.StatusCode, "The request is too large, or is no HTTP.")
                .SendAsync(http.Response, ending.Token).ConfigureAwait(false);
        }
        catch (InvalidDataException)
        {
            await EmulatedAnswer.Text(400, "The form has too many or too long fields.")
                .SendAsync(http.Response, ending.Token).ConfigureAwait(false);
        }
        catch (Exception exception) when (ending.IsCancellationRequested && exception is OperationCanceledException or IOException)
        {
            http.Abort();
        }
    }

    /// <summary>
    /// The answer to a request under another name or of a page of another site, whichever endpoint it is for, before anything of it is
    /// read, noted or counted; null for all others.
    /// </summary>
    private EmulatedAnswer? Refuse(HttpRequest request) =>
        !_address.Means(request.Host.Host)
            ? EmulatedAnswer.Text(421, $"This is an Entra emulator. It answers to {PlainAddress} and {SecureAddress} only.")
        : BrowserRequest.IsRefused(request)
            ? EmulatedAnswer.Text(
                403, "The emulator answers programs and its own page. Another page sent this request: it has Origin or Sec-Fetch-Site.")
        : null;

    /// <summary>The response; null to reset the connection.</summary>
    private async Task<EmulatedAnswer?> AnswerAsync(
        HttpContext http, EmulatedEndpoint[] endpoints, EntraEmulator entra, CancellationToken cancellationToken)
    {
        var exchange = await EmulatorExchange.ReadAsync(http.Request, _clock.GetUtcNow(), cancellationToken).ConfigureAwait(false);
        if (Array.Find(
            endpoints, endpoint => endpoint.IsServedOver(http.Request.IsHttps) && endpoint.Answers(exchange)) is not { } endpoint)
        {
            return EmulatedAnswer.Text(404, "The emulator serves nothing here.");
        }

        var entry = endpoint.Note(exchange);
        var fault = endpoint.Faults.Take(exchange.At);
        if (entry is not null)
        {
            (entry.Fault, entry.IsCut) = (fault?.Name, fault is { Cuts: true });
            entra.Journal.Add(entry);
        }

        await WaitAsync(
            endpoint.IsImmediate ? TimeSpan.Zero : entra.Latency + (endpoint.Faults.Latency?.Next() ?? TimeSpan.Zero),
            cancellationToken).ConfigureAwait(false);
        await WaitAsync(fault?.Wait ?? TimeSpan.Zero, cancellationToken).ConfigureAwait(false);
        if (fault is { Cuts: true })
        {
            entry?.Refuse(error: null, OnDemand(fault));
            entra.Journal.Complete(entry);
            return null;
        }

        EmulatedAnswer answer;
        if (fault?.Answer is { } respond)
        {
            answer = respond(endpoint, exchange);
            entry?.Refuse(fault.Error, OnDemand(fault));
            (entry as TokenEndpointEntry)?.ErrorCode = fault.ErrorCode;
        }
        else
        {
            answer = endpoint.Answer(exchange, entry);
        }

        if (endpoint.Server is { } name && fault is not { IsFromElsewhere: true })
        {
            answer.With("Server", name);
        }

        // The entry is completed before the first byte is sent, so that a caller with a response reads a complete entry.
        entry?.Status = answer.Status;
        entra.Journal.Complete(entry);
        if (exchange.Header("return-client-request-id") == "true")
        {
            answer.With("client-request-id", exchange.CorrelationId);
        }

        return answer.With("x-ms-request-id", exchange.TraceId).With("x-emulator", TokenIssuer.Marker);
    }

    private static string OnDemand(Fault fault) => $"The fault '{fault.Name}' was injected.";

    private Task WaitAsync(TimeSpan delay, CancellationToken cancellationToken) =>
        delay == TimeSpan.Zero ? Task.CompletedTask : Task.Delay(delay, _clock, cancellationToken);

    /// <summary>A lifetime that does not use signals or the console.</summary>
    private sealed class QuietLifetime : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
