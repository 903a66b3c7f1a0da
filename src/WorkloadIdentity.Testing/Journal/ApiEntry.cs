namespace WorkloadIdentity.Testing;

/// <summary>A request to a protected API of the emulator.</summary>
public sealed class ApiEntry : JournalEntry
{
    internal ApiEntry(DateTimeOffset at, string correlationId, string audience, string method, string path) : base(at, correlationId)
    {
        Audience = audience;
        Method = method;
        Path = path;
    }

    /// <summary>The API that was called: <see cref="EmulatedApi.Audience"/>.</summary>
    public string Audience { get; }

    /// <summary>The HTTP method.</summary>
    public string Method { get; }

    /// <summary>The path below <see cref="EmulatedApi.Url"/>.</summary>
    public string Path { get; }

    /// <summary>The client the token was issued to; null when the token was not accepted.</summary>
    public string? ClientId { get; internal set; }

    /// <summary>The tenant the token was issued in; null when the token was not accepted.</summary>
    public string? TenantId { get; internal set; }

    /// <summary>Who called what and what came of it, on one line.</summary>
    public override string ToString() =>
        $"{Method} {Path} of {Audience} by {ClientId
            ?? "nobody known"}: {Status?.ToString(System.Globalization.CultureInfo.InvariantCulture) ?? "no answer"}";

    private protected override IEnumerable<string?> Texts => [Audience, Method, Path, TokenHash];
}
