using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;
using Quickstart;

var builder = Host.CreateApplicationBuilder(new HostApplicationBuilderSettings
{
    Args = args,
    ContentRootPath = AppContext.BaseDirectory,
    EnvironmentName = Environments.Development,
});

try
{
    // Real settings, in appsettings.json or the environment, mean the real Entra. Without any, a local one stands in.
    var settings = builder.Configuration.GetSection("WorkloadIdentity");
    return settings.Exists() || builder.Configuration["AZURE_CLIENT_ID"] is { Length: > 0 }
        || builder.Configuration["IDENTITY_ENDPOINT"] is { Length: > 0 }
        ? await RealEntra.RunAsync(builder, settings)
        : await LocalEntra.RunAsync(builder);
}
catch (Exception exception)
{
    Console.Error.WriteLine(exception.Message);
    return 1;
}
