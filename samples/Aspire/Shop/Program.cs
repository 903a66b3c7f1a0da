var builder = WebApplication.CreateBuilder(args);

// Nothing here knows of the emulator.
builder.Services.AddWorkloadIdentity(builder.Configuration.GetSection("WorkloadIdentity"));
builder.Services.AddHttpClient("stock", client => client.BaseAddress = builder.Configuration.GetValue<Uri>("Stock:Address"))
    .AddAccessToken("api://stock/.default");

var app = builder.Build();
app.MapGet("/", async (IHttpClientFactory clients) => await clients.CreateClient("stock").GetStringAsync("stock"));
app.Run();
