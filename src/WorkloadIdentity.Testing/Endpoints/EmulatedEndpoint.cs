namespace WorkloadIdentity.Testing;

/// <summary>One kind of endpoint: it says which requests are its own, notes what they ask, and answers them.</summary>
internal abstract class EmulatedEndpoint
{
    /// <summary>What goes wrong here on demand.</summary>
    public abstract EndpointFaults Faults { get; }

    /// <summary>Whether it is served over https, or over plain http. Both, unless the real one speaks one of them only.</summary>
    public virtual bool IsServedOver(bool https) => true;

    /// <summary>Whether it answers without the emulator's latency.</summary>
    public virtual bool IsImmediate => false;

    /// <summary>How it names itself in the header <c>Server</c>; null when it does not.</summary>
    public virtual string? Server => null;

    /// <summary>Whether a request to this path, cut at its slashes, is for this endpoint.</summary>
    public abstract bool Serves(ReadOnlySpan<string> path);

    /// <summary>Whether it answers this request: by its path, unless an endpoint looks at more.</summary>
    public virtual bool Answers(EmulatorExchange exchange) => Serves(exchange.Path);

    /// <summary>The journal's entry for a request, filled with what it asks; null for requests nobody asserts on.</summary>
    public virtual JournalEntry? Note(EmulatorExchange exchange) => null;

    /// <summary>The answer to a request. Nothing here waits: latency and faults lie in front.</summary>
    public abstract EmulatedAnswer Answer(EmulatorExchange exchange, JournalEntry? entry);

    /// <summary>429 in the form in which the real one throttles. Plain text, as Entra writes it, unless stated otherwise.</summary>
    public virtual EmulatedAnswer Throttle(EmulatorExchange exchange) => EmulatedAnswer.Text(429, "Too Many Requests");
}
