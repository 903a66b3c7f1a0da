var builder = WebApplication.CreateBuilder(args);

builder.Services.AddWorkloadIdentity(builder.Configuration.GetSection("WorkloadIdentity"));
builder.Services.AddHttpClient("orders", client => client.BaseAddress = new Uri("https://orders.contoso.com"))
    .AddAccessToken("api://orders/.default");
builder.Services.AddHttpClient("graph", client => client.BaseAddress = new Uri("https://graph.microsoft.com/v1.0/"))
    .AddAccessToken("https://graph.microsoft.com/.default");

var app = builder.Build();
app.MapGet("/orders", (IHttpClientFactory clients) => AnswerAsync(clients.CreateClient("orders"), ""));
app.MapGet("/apps", (IHttpClientFactory clients) => AnswerAsync(clients.CreateClient("graph"), "applications"));
app.Run();

static async Task<IResult> AnswerAsync(HttpClient client, string path)
{
    using var response = await client.GetAsync(path);
    return response.IsSuccessStatusCode
        ? Results.Text(await response.Content.ReadAsStringAsync(), "application/json")
        : Results.StatusCode(StatusCodes.Status502BadGateway);
}
