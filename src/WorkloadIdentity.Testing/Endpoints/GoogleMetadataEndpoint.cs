namespace WorkloadIdentity.Testing;

/// <summary>
/// Google's metadata server: <c>GET /computeMetadata/v1/instance/service-accounts/default/identity</c>, and its root, which says that it is
/// one.
/// </summary>
internal sealed class GoogleMetadataEndpoint(EntraEmulator entra) : EmulatedEndpoint
{
    public const string Flavor = "Metadata-Flavor";

    public override EndpointFaults Faults => entra.Faults.Assertions;

    public override bool Serves(ReadOnlySpan<string> path) =>
        path.IsEmpty || path is ["computeMetadata", "v1", "instance", "service-accounts", "default", "identity"];

    public override EmulatedAnswer Answer(EmulatorExchange exchange, JournalEntry? entry)
    {
        if (entra.GoogleMachine is not { } machine)
        {
            return EmulatedAnswer.Text(404, "The emulator serves nothing here.");
        }

        var answer = exchange.Path.Length == 0 ? EmulatedAnswer.Text(200, "computeMetadata/")
            : exchange.Header(Flavor) != "Google" ? EmulatedAnswer.Text(403, "Missing Metadata-Flavor:Google header.")
            : exchange.Query("audience") is not { } audience ? EmulatedAnswer.Text(400, "non-empty audience parameter required")
            : EmulatedAnswer.Text(200, machine.Issuer.Issue(machine.Subject, audience, TimeSpan.FromHours(1)));
        return answer.With(Flavor, "Google");
    }
}
