using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using WorkloadIdentity;
using WorkloadIdentity.Testing;

namespace Quickstart;

/// <summary>The tour on a machine with no cloud account: a local Entra, four ways of proving who one is, one API that checks.</summary>
internal static class LocalEntra
{
    private const string TokenFile = "/var/run/secrets/tokens/azure-identity-token";
    private const string Subject = "system:serviceaccount:shop:orders";

    public static async Task<int> RunAsync(HostApplicationBuilder builder)
    {
        await using var entra = await EntraEmulator.StartAsync();
        Console.WriteLine($"A local Entra listens on {entra.AuthorityHost} (only its own API accepts its tokens)");

        var environment = Register(builder, entra);
        using var host = builder.Build();
        await host.StartAsync();
        var failures = await ShowIdentitiesAsync(host.Services, entra)
            + await ShowOneFlightAsync(entra)
            + await ShowChainAsync(environment, entra);
        await host.StopAsync();
        Console.WriteLine();
        Console.WriteLine(failures == 0
            ? "All of it worked. With real settings the same program talks to the real Entra: set\n"
                + "AZURE_TENANT_ID, AZURE_CLIENT_ID and AZURE_CLIENT_SECRET, or a WorkloadIdentity section\n"
                + "in samples/Quickstart/appsettings.json."
            : $"{failures} of these did not end as they should.");
        return failures == 0 ? 0 : 1;
    }

    /// <summary>
    /// One application with three credentials, and a managed identity; what an operator would do in the portal, and what a program
    /// registers.
    /// </summary>
    private static WorkloadEnvironment Register(HostApplicationBuilder builder, EntraEmulator entra)
    {
        var application = entra.Application;
        var secret = application.AddSecret();
        var certificate = SelfSigned("CN=orders");
        application.AddCertificate(certificate);
        var cluster = entra.AddIssuer("https://oidc.cluster.example/");
        application.AddFederatedCredential(cluster, Subject);

        // What a pod sees: variables, and a file the cluster keeps fresh.
        var environment = WorkloadEnvironment.FromValues(
            new Dictionary<string, string>(application.EnvironmentWithTokenFile(TokenFile).Concat(entra.ImdsEnvironment())),
            new Dictionary<string, byte[]> { [TokenFile] = Encoding.UTF8.GetBytes(cluster.Issue(Subject)) });
        builder.UseEntraEmulator(entra, environment);

        var services = builder.Services;
        services.AddWorkloadIdentity("client secret").UseSecret(application.TenantId, application.ClientId, secret);
        services.AddWorkloadIdentity("certificate").UseCertificate(application.TenantId, application.ClientId, certificate);
        services.AddWorkloadIdentity("federation").UseFederation(application.TenantId, application.ClientId, TokenFile);

        // In a pod that has an identity of its own, the machine's is refused unless it is meant.
        services.AddWorkloadIdentity("managed identity").UseManagedIdentity()
            .Configure(options => options.Credentials.AllowNodeIdentity = true);
        foreach (var identity in Identities)
        {
            services.AddHttpClient(Row.ClientName(identity), client => client.BaseAddress = entra.Api.Url)
                .AddAccessToken(entra.Api.Scope, identity: identity);
        }

        return environment;
    }

    private static string[] Identities => ["client secret", "certificate", "federation", "managed identity"];

    private static async Task<int> ShowIdentitiesAsync(IServiceProvider services, EntraEmulator entra)
    {
        Console.WriteLine("\nFour ways to prove who this program is:\n");
        Console.WriteLine(Row.Titles);
        var failures = 0;
        foreach (var identity in Identities)
        {
            entra.Journal.Clear();
            var row = await Row.FillAsync(services, identity, entra.Api.Scope, entra.Api.Url, () => Asked(entra.Journal));
            Console.WriteLine(row);
            failures += row.Status == HttpStatusCode.OK ? 0 : 1;
        }

        return failures;
    }

    private static async Task<int> ShowOneFlightAsync(EntraEmulator entra)
    {
        const int Callers = 1000;
        entra.Journal.Clear();
        entra.Latency = TimeSpan.FromMilliseconds(200);
        var credential = new ApplicationCredential(
            entra.Application.TenantId, entra.Application.ClientId, ClientSecretAuthentication.FromValue(entra.Application.AddSecret()),
            new ApplicationCredentialOptions { AuthorityHost = entra.AuthorityHost });
        using var acquirer = new TokenAcquirer(credential);
        var request = new TokenRequest(entra.Api.Scope);
        await Task.WhenAll(Enumerable.Range(0, Callers).Select(_ => acquirer.GetTokenAsync(request).AsTask()));
        entra.Latency = TimeSpan.Zero;

        var requests = entra.Journal.TokenRequests.Count;
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"\n{Callers:N0} callers at once, an empty cache, Entra takes 200 ms: {requests} token request{(requests == 1 ? "" : "s")}"));
        return requests == 1 ? 0 : 1;
    }

    private static async Task<int> ShowChainAsync(WorkloadEnvironment environment, EntraEmulator entra)
    {
        Console.WriteLine("\nThe default chain says what each credential found:\n");
        var chain = DefaultCredentials.FromEnvironment(new DefaultCredentialsOptions { Environment = environment });
        var result = await chain.AcquireAsync(new Acquisition(new TokenRequest(entra.Api.Scope)), CancellationToken.None);
        foreach (var attempt in result.Attempts)
        {
            Console.WriteLine(Wrapped.Lines(attempt.ToString(), "  "));
        }

        return result.Verdict == TokenVerdict.Issued ? 0 : 1;
    }

    private static string Asked(EmulatorJournal journal) =>
        journal.TokenRequests is [var request, ..]
            ? request.ClientAuthentication switch
            {
                ClientAuthenticationMethod.Secret => "Entra, a secret",
                ClientAuthenticationMethod.Certificate => "Entra, a signature",
                ClientAuthenticationMethod.Federated => "Entra, a pod's token",
                _ => "Entra, no proof",
            }
        : journal.ManagedIdentityRequests is [var asked, ..] ? $"{asked.Host}, no proof"
        : "nobody";

    private static X509Certificate2 SelfSigned(string subject)
    {
        using var key = RSA.Create(2048);
        var now = TimeProvider.System.GetUtcNow();
        return new CertificateRequest(subject, key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1)
            .CreateSelfSigned(now.AddMinutes(-5), now.AddDays(365));
    }
}
