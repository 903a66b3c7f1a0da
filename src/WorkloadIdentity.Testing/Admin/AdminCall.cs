using System.Text.Json.Nodes;

namespace WorkloadIdentity.Testing;

/// <summary>One call of the admin API: the parts of its path that vary, and its body, read as a document.</summary>
internal sealed class AdminCall
{
    private readonly EmulatorExchange _exchange;
    private readonly DocumentReader? _body;

    private AdminCall(EntraEmulator entra, EmulatorExchange exchange, IReadOnlyList<string> parameters, DocumentReader? body)
    {
        Entra = entra;
        _exchange = exchange;
        Parameters = parameters;
        _body = body;
    }

    public EntraEmulator Entra { get; }

    /// <summary>The segments of the path that stood where the route has <c>*</c>.</summary>
    public IReadOnlyList<string> Parameters { get; }

    /// <summary>The body; an empty object when there was none.</summary>
    public DocumentObject Body => _body!.Root;

    public EmulatedApplication Application =>
        Entra.Directory.FindApplication(Parameters[0])
            ?? throw new AdminNotFoundException($"There is no application '{Parameters[0]}' here.");

    public EmulatedManagedIdentity Identity =>
        Entra.Directory.FindIdentity(Parameters[0])
            ?? throw new AdminNotFoundException($"There is no managed identity '{Parameters[0]}' here.");

    public EndpointFaults Faults => FaultSettings.Kinds.TryGetValue(Parameters[0], out var of) ? of(Entra.Faults)
        : throw new AdminNotFoundException(
            $"There is no kind of endpoint '{Parameters[0]}'. There are: {string.Join(", ", FaultSettings.Kinds.Keys)}.");

    public static AdminCall Of(EntraEmulator entra, EmulatorExchange exchange, IReadOnlyList<string> parameters) =>
        new(entra, exchange, parameters, DocumentReader.Parse(exchange.Json.IsEmpty ? "{}"u8.ToArray() : exchange.Json, "The request"));

    public string? Query(string name) => _exchange.Query(name);

    public string? Header(string name) => _exchange.Header(name);

    /// <summary>Ends the reading of the body: from here on things change, and not before everything in it was found in order.</summary>
    /// <exception cref="EmulatorFileException">Something in the body is wrong.</exception>
    public void Commit() => _body!.Complete();

    public static EmulatedAnswer Done() => EmulatedAnswer.Text(204, "");

    public static EmulatedAnswer Created(JsonObject body) => EmulatedAnswer.Json(201, body);
}

/// <summary>What a call names is not there.</summary>
internal sealed class AdminNotFoundException(string message) : Exception(message);
