using EveryCloudSample;
using WorkloadIdentity;
using WorkloadIdentity.Testing;

// One identity, every cloud and every store, on a machine with no cloud account. A pod's token proves one application to a local Entra, and
// the same acquirer reaches Microsoft Graph, S3 by an AWS role, PostgreSQL and Redis. No secret is stored anywhere.
await using var entra = await EntraEmulator.StartAsync();
using var pod = new LocalPod(entra);
using var acquirer = new TokenAcquirer(pod.Credential(entra));
Console.WriteLine($"One identity: the pod's service account {LocalPod.Subject} is the application {entra.Application.ClientId}.\n");

var all = true;
foreach (var place in (Place[])[new GraphPlace(entra), new S3Place(entra), new PostgresPlace(), new RedisPlace()])
{
    if (place.Missing is { } missing)
    {
        Console.WriteLine($"{place.Name,-16} skipped. {missing}");
        continue;
    }

    var (read, who) = await place.ReadAsync(acquirer);
    Console.WriteLine($"{place.Name,-16} read \"{read}\"\n{"",-16} as {who}");
    all &= read.Length > 0;
}

Console.WriteLine($"\nEntra was asked for {entra.Journal.TokenRequests.Count} tokens, each with the pod's token and with no secret.");
return all && entra.Journal.TokenRequests.Count > 0 ? 0 : 1;
