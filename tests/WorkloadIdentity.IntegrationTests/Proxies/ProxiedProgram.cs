using System.Net;
using WorkloadIdentity.Testing;

namespace WorkloadIdentity.IntegrationTests;

/// <summary>
/// What these tests run as a process of its own: .NET reads the variables of a proxy once, before anything can change them. Calls an API
/// with the token handler, or asks the managed identity of the environment with this library or another one, and prints how that ended.
/// </summary>
internal static class ProxiedProgram
{
    public const string Token = "proxied-token";

    public static async Task<int> Main(string[] arguments)
    {
        try
        {
            Console.WriteLine(arguments switch
            {
                ["call", var address] => await CallAsync(new Uri(address), new HttpClientHandler()),
                ["call-mesh", var address] => await CallAsync(new Uri(address), new HttpClientHandler(), isMesh: true),
                ["call-mesh-directly", var address] =>
                    await CallAsync(new Uri(address), new SocketsHttpHandler { UseProxy = false }, isMesh: true),
                ["is-exempt", var address] => HttpClient.DefaultProxy.IsBypassed(new Uri(address)),
                ["managed-identity"] =>
                    (await new ManagedIdentityCredential().AcquireAsync(
                        new Acquisition(new TokenRequest("https://graph.microsoft.com/.default")),
                        CancellationToken.None)).Token?.Value ?? "none",
                ["azure-identity", var kind, var scope, .. var client] =>
                    await AzureIdentityProgram.RunAsync(kind, scope, client.FirstOrDefault()),
                _ => throw new ArgumentException(
                    "azure-identity <kind> <scope> [client id] | "
                    + "call <address> | call-mesh <address> | call-mesh-directly <address> | is-exempt <address> | managed-identity",
                    nameof(arguments)),
            });
            return 0;
        }
        catch (TokenAcquisitionException exception)
        {
            Console.WriteLine($"{exception.Error.Kind}: {exception.Message}");
            return 1;
        }
        catch (HttpRequestException exception)
        {
            Console.WriteLine(exception.HttpRequestError);
            return 2;
        }
    }

    private static async Task<HttpStatusCode> CallAsync(Uri address, HttpMessageHandler primary, bool isMesh = false)
    {
        using var acquirer = new TokenAcquirer(FakeCredential.Issuing(Token));
        var options = new AccessTokenHandlerOptions();
        (isMesh ? options.PlainHttpOrigins : options.AllowedOrigins).Add(new Uri(address.GetLeftPart(UriPartial.Authority)));
        var handler = new AccessTokenHandler(acquirer, new TokenRequest("api://orders/.default"), options) { InnerHandler = primary };
        using var client = new HttpClient(handler);
        using var response = await client.GetAsync(address);
        return response.StatusCode;
    }
}
