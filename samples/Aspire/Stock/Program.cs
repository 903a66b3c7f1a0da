var builder = WebApplication.CreateBuilder(args);

// Authority and audience are configuration. The app host gives those of the emulator, production those of Entra.
builder.Services.AddAuthentication().AddJwtBearer();
builder.Services.AddAuthorizationBuilder()
    .AddPolicy("read", policy => policy.RequireRole("Stock.Read"));

var app = builder.Build();
app.MapGet("/stock", () => new { Apples = 12, Pears = 3 }).RequireAuthorization("read");
app.Run();
