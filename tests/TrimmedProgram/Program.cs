// The smallest program that runs as a managed identity. It is published trimmed in full, and as a native program. It answers its own
// metadata requests over a real socket, so it needs no cloud. With the address of a metadata service as its argument, it asks that service.
using TrimmedProgram;
using WorkloadIdentity;

using var imds = MetadataServer.Start();
var environment = WorkloadEnvironment.FromValues(new Dictionary<string, string>
{
    ["AZURE_POD_IDENTITY_AUTHORITY_HOST"] = args is [var service] ? service : imds.Origin.GetLeftPart(UriPartial.Authority),
});

var credential =
    new ManagedIdentityCredential(ManagedIdentityId.SystemAssigned, new ManagedIdentityCredentialOptions { Environment = environment });
using var acquirer = new TokenAcquirer(credential);
using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30), TimeProvider.System);

var request = new TokenRequest("https://vault.azure.net/.default");
var first = await acquirer.GetTokenAsync(request, patience.Token);
var second = await acquirer.GetTokenAsync(request, patience.Token);

var isRight = args.Length == 1 ? first.Value.Split('.').Length == 3 : first.Value == MetadataServer.Token && imds.Requests == 1;
if (!isRight || !ReferenceEquals(first, second))
{
    Console.Error.WriteLine($"Not the token that was issued, or not cached: {imds.Requests} requests.");
    return 1;
}

Console.WriteLine($"OK: {first}");
return 0;
