// The smallest program that runs as a managed identity, shipped the hardest way: self-contained and trimmed in full. It answers its own
// metadata requests, so it needs no cloud; the SDK reaches them over a real socket.
using TrimmedProgram;
using WorkloadIdentity;

using var imds = MetadataServer.Start();
var environment = WorkloadEnvironment.FromValues(new Dictionary<string, string>
{
    ["AZURE_POD_IDENTITY_AUTHORITY_HOST"] = imds.Origin.GetLeftPart(UriPartial.Authority),
});

var credential =
    new ManagedIdentityCredential(ManagedIdentityId.SystemAssigned, new ManagedIdentityCredentialOptions { Environment = environment });
using var acquirer = new TokenAcquirer(credential);
using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30), TimeProvider.System);

var request = new TokenRequest("https://vault.azure.net/.default");
var first = await acquirer.GetTokenAsync(request, patience.Token);
var second = await acquirer.GetTokenAsync(request, patience.Token);

if (first.Value != MetadataServer.Token || !ReferenceEquals(first, second) || imds.Requests != 1)
{
    Console.Error.WriteLine($"Not the token that was issued, or not cached: {imds.Requests} requests.");
    return 1;
}

Console.WriteLine($"OK: {first}");
return 0;
