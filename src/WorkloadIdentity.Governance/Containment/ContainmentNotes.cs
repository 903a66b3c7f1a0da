namespace WorkloadIdentity.Governance;

/// <summary>What to know about an identity before it is contained, as notes of a plan.</summary>
internal sealed class ContainmentNotes(GraphClient graph)
{
    /// <summary>How to replace or remove a compromised credential by hand.</summary>
    public static string Command(ApplicationKeys owner, ApplicationKey credential)
    {
        var kind = credential.Kind == CredentialKind.Secret ? " --kind secret" : "";
        return owner.IsApplication
            ? $"To replace {credential.KeyId} without an outage: wid rotate start {owner.ClientId} --replaces {credential.KeyId}{kind} "
                + $"--to-file FILE --apply, and once the programs read it: wid rotate finish {owner.ClientId} --to-file FILE --force "
                + "--apply."
            : $"To remove {credential.KeyId} from the service principal: az ad sp credential delete --id {owner.ClientId} --key-id "
                + $"{credential.KeyId}{(kind.Length > 0 ? "" : " --cert")}";
    }

    /// <summary>The credentials that the risk detections name.</summary>
    public async Task<IReadOnlyList<string>> DetectedAsync(
        ApplicationKeys? principal, List<string> notes, CancellationToken cancellationToken)
    {
        var keyIds = new List<string>();
        try
        {
            if (principal is not null)
            {
                await foreach (var detection in graph.ListAsync(
                    GraphReads.RiskDetectionsOf(new ServicePrincipalId(principal.ObjectId)), cancellationToken).ConfigureAwait(false))
                {
                    keyIds.AddRange(detection.KeyIds ?? []);
                    var day = detection.DetectedDateTime is { } date ? PlainText.Day(date) : "an unknown day";
                    notes.Add($"Identity Protection detected {detection.RiskEventType} on {day}.");
                }
            }

            if (keyIds.Count == 0)
            {
                notes.Add("No risk detection names a credential. Name the compromised ones by their ids, or replace all of them.");
            }
        }
        catch (GraphException exception) when (!exception.Error.IsTransient)
        {
            notes.Add(
                $"The risk detections could not be read, so name the compromised credentials by their ids. {exception.Error.Message}");
        }

        return keyIds;
    }

    /// <summary>What the identity could reach, as far as Graph knows.</summary>
    public async Task ReachAsync(ApplicationKeys? principal, List<string> notes, CancellationToken cancellationToken)
    {
        if (principal is null)
        {
            return;
        }

        var permissions = 0;
        var apis = new HashSet<ServicePrincipalId>();
        await foreach (var role in graph.ListAsync(
            GraphReads.AssignmentsOf(new ServicePrincipalId(principal.ObjectId)), cancellationToken).ConfigureAwait(false))
        {
            permissions++;
            apis.Add(role.ResourceId);
        }

        notes.Add(permissions == 0
            ? "It holds no application permission."
            : $"It holds {permissions} application permissions of the APIs {string.Join(", ", apis)}. 'wid inventory' names them.");
        notes.Add(
            "Graph does not know its roles in Azure. List them, and replace every secret that they let it read: "
                + $"az role assignment list --all --assignee {principal.ObjectId}");
    }
}
