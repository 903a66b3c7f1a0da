using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace WorkloadIdentity.Tool;

/// <summary>
/// The complete report. <c>--json</c> writes it, and the text is made from it. All of its content has passed through
/// <see cref="Redaction"/>.
/// </summary>
internal sealed record DoctorReport
{
    /// <summary>The schema's name. New versions of the tool may add fields, but never remove one or change its meaning.</summary>
    public string Schema { get; } = "wid-doctor/1";

    public string Wid { get; } = BuildFacts.Version;

    public required DateTimeOffset TakenOn { get; init; }

    public required bool Redacted { get; init; }

    /// <summary><c>ok</c>, <c>no-credential</c>, <c>failed</c> or <c>try-again</c>: the exit code in words.</summary>
    public required string Outcome { get; init; }

    public required int ExitCode { get; init; }

    public required string Identity { get; init; }

    public required string Scope { get; init; }

    public required MachineFinding Machine { get; init; }

    public required IReadOnlyList<VariableFinding> Environment { get; init; }

    public required IReadOnlyList<FileFinding> Files { get; init; }

    public required NetworkFinding Network { get; init; }

    public required CredentialFinding Credential { get; init; }

    public TokenFinding? Token { get; init; }

    public required IReadOnlyList<ProblemFinding> Problems { get; init; }
}

/// <param name="ManagedIdentityHost">The host that variables or files indicate; otherwise IMDS "if there is one".</param>
internal sealed record MachineFinding(
    string OperatingSystem, string Architecture, string Runtime, IReadOnlyList<string> Platforms, string ManagedIdentityHost);

/// <param name="State"><c>set</c>, <c>secret</c> (set, and never shown) or <c>empty</c> (there without a value: absent to every
/// reader).</param>
internal sealed record VariableFinding(string Name, string State, string? Value = null, string? Problem = null);

internal sealed record FileFinding(
    string Variable, string Path, bool Exists, long? Size, string? Mode, long? WrittenSecondsAgo, string? Problem);

/// <param name="Addresses">The number of addresses of the authority's name; null if a proxy resolves the name.</param>
/// <param name="ClockSkewSeconds">How far this machine's clock is ahead of the authority's; negative when behind.</param>
internal sealed record NetworkFinding(
    string Authority, string? Proxy, int? Addresses, int? Status, long? Milliseconds, double? ClockSkewSeconds, string? Problem);

internal sealed record CredentialFinding
{
    public required string Name { get; init; }

    /// <summary><c>issued</c>, <c>unavailable</c> or <c>failed</c>.</summary>
    public required string Verdict { get; init; }

    /// <summary>Whether its verdict is the verdict of the chain.</summary>
    public bool Answers { get; init; }

    public string? LooksFor { get; init; }

    public required string Found { get; init; }

    /// <summary>The kind of the error, a <see cref="TokenErrorKind"/>.</summary>
    public string? Kind { get; init; }

    /// <summary>Entra's codes.</summary>
    public IReadOnlyList<long>? Codes { get; init; }

    public string? CorrelationId { get; init; }

    public string? Help { get; init; }

    public DateTimeOffset? ExpiresOn { get; init; }

    public required long Milliseconds { get; init; }

    public AssertionFinding? Assertion { get; init; }

    public IReadOnlyList<CredentialFinding>? Members { get; init; }
}

/// <summary>The claims of the assertion that was sent to Entra.</summary>
internal sealed record AssertionFinding(
    string? Issuer, string? Subject, IReadOnlyList<string> Audiences, string? Algorithm, DateTimeOffset? NotBefore,
    DateTimeOffset? ExpiresOn, IReadOnlyList<string> Traps)
{
    /// <summary>The federated credential that accepts the assertion; null if none can.</summary>
    public FederatedCredentialFinding? FederatedCredential { get; init; }
}

internal sealed record FederatedCredentialFinding(
    JsonNode Json, FederatedCredentialText Application, FederatedCredentialText ManagedIdentity);

/// <param name="Az">Null if a value could break out of a shell's quotes.</param>
internal sealed record FederatedCredentialText(string? Az, string Bicep, string Terraform);

internal sealed record TokenFinding(string? AcquiredBy, DateTimeOffset ExpiresOn, string? Note, JsonObject? Claims);

/// <param name="Command">A command to paste into a shell.</param>
/// <param name="Severity"><c>error</c>: why there is no token. <c>warning</c>: what will be in the way one day, or is not what it looks
/// like.</param>
internal sealed record ProblemFinding(string Severity, string What, string Fix, string Help, string? Command = null);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    WriteIndented = true, NewLine = "\n")]
[JsonSerializable(typeof(DoctorReport))]
internal sealed partial class DoctorJson : JsonSerializerContext
{
    /// <summary>For a part of the report.</summary>
    public static JsonSerializerOptions Indented { get; } =
        new() { WriteIndented = true, NewLine = "\n", Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>
    /// People read it too, so quotes and letters of all languages are not escaped. Control characters were removed before.
    /// </summary>
    public static DoctorJson Readable =>
        new(new JsonSerializerOptions(Default.Options) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
}
