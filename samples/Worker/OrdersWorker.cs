using System.Net;
using Microsoft.Extensions.Hosting;

namespace Worker;

/// <summary>Does its rounds. It never sees a token, and nothing in it knows that there are any.</summary>
internal sealed class OrdersWorker(IHttpClientFactory clients, IHostApplicationLifetime lifetime) : BackgroundService
{
    public const int Rounds = 4;

    public int Succeeded { get; private set; }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var orders = clients.CreateClient("orders");
        for (var round = 1; round <= Rounds; round++)
        {
            using var response = await orders.GetAsync(new Uri($"/orders/{round}", UriKind.Relative), stoppingToken);
            Succeeded += response.StatusCode == HttpStatusCode.OK ? 1 : 0;
        }

        lifetime.StopApplication();
    }
}
