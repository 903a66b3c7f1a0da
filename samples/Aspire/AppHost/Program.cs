using WorkloadIdentity.Testing;

var builder = DistributedApplication.CreateBuilder(args);

var entra = builder.AddEntraEmulator("entra");
var stockApi = entra.Api("api://stock");
var orders = entra.Application("orders")
    .WithRole(stockApi, "Stock.Read")
    .WithFederatedCredential(
        EmulatedIssuerKind.GitHub, "https://token.actions.githubusercontent.com", "repo:contoso/orders:ref:refs/heads/main");

// The API: accepts the emulator's tokens for api://stock.
var stock = builder.AddProject<Projects.Stock>("stock")
    .WithHttpEndpoint()
    .WithEntraTokens(stockApi);

// The program that calls it: gets tokens as the application "orders".
builder.AddProject<Projects.Shop>("shop")
    .WithHttpEndpoint()
    .WithWorkloadIdentity(orders)
    .WithEnvironment("Stock__Address", $"http://127.0.0.1:{stock.GetEndpoint("http").Property(EndpointProperty.Port)}/")
    .WaitFor(stock);

builder.Build().Run();
