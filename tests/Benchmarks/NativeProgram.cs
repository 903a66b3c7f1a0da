using System.Diagnostics;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using WorkloadIdentity.Testing;

namespace Benchmarks;

/// <summary>A native program that gets its first token with a certificate: its size, its warnings, and the time of its process.</summary>
internal static class NativeProgram
{
    private const int Rounds = 20;
    private const string Bare = "Bare";
    private const string Ours = "WorkloadIdentity";

    public static async Task<Finding> RunAsync()
    {
        var programs = new List<(string Library, string Path, int Warnings)>();
        foreach (var library in Programs.Libraries)
        {
            var (path, warnings) = await Programs.PublishNativeAsync(library);
            programs.Add((library, path, warnings));
        }

        var times = await MeasureAsync([.. programs.Select(program => (program.Library, program.Path))]);
        var table = new List<string>
        {
            "| program | size | warnings of the compiler | time, median | times the bare program, median of the rounds |",
            "|---|---|---|---|---|",
        };
        foreach (var (library, path, warnings) in programs)
        {
            table.Add(FormattableString.Invariant(
                $"| {library} | {Size(path) / 1e6:0.00} MB | {warnings} | {Median(times[library]):N1} ms | {Ratio(library, Bare):0.00} |"));
        }

        var ours = programs.Find(program => program.Library == Ours);
        var peers = programs.FindAll(program => program.Library is not (Bare or Ours));
        var (bare, msal, azure) = (Ratio(Ours, Bare), Ratio("Msal", Ours), Ratio("AzureIdentity", Ours));
        return new Finding(
            "A native program: process start to first token with a certificate",
            "Each program is published with `PublishAot`. It reads a PEM file, signs an assertion with its RSA key of 2,048 bits, and gets "
                + "one token over https from the emulator, which runs in the process that measures. The bare program uses `RSA`, "
                + $"`HttpClient` and `JsonDocument`. The time is from start to end of the process, in {Rounds} alternating rounds. The "
                + "size is that of the executable file, without symbols.",
            table,
            new Goal($"no warnings: {ours.Warnings}", ours.Warnings == 0),
            new Goal($"at most 1.15 times the bare program: {bare:0.00}", bare <= 1.15),
            new Goal(
                $"smaller than with MSAL and with Azure.Identity: {Size(ours.Path) / 1e6:0.00} MB",
                peers.TrueForAll(peer => Size(ours.Path) < Size(peer.Path))),
            new Goal(
                $"no more than 1.1 times the time of MSAL and of Azure.Identity: theirs is {msal:0.00} and {azure:0.00} times ours",
                peers.TrueForAll(peer => Ratio(peer.Library, Ours) * 1.1 >= 1)));

        double Ratio(string library, string other) => Median([.. times[library].Zip(times[other], (one, against) => one / against)]);
    }

    private static async Task<Dictionary<string, List<double>>> MeasureAsync(IReadOnlyList<(string Library, string Path)> programs)
    {
        // Other libraries take tokens over https only.
        await using var entra = await EntraEmulator.StartAsync(new EntraEmulatorOptions { SecureAuthority = true });
        var api = entra.AddApi("api://orders");
        var folder = Directory.CreateTempSubdirectory();
        try
        {
            var (authority, certificate) = (Path.Combine(folder.FullName, "ca.pem"), Path.Combine(folder.FullName, "certificate.pem"));
            await entra.WriteCertificateAuthorityAsync(authority);
            await WriteCertificateAsync(entra.Application, certificate);
            var times = programs.ToDictionary(program => program.Library, _ => new List<double>());

            // Alternating, so that other work on the machine slows all of them alike. The first run of each reads its file from the disk
            // and does not count.
            for (var round = 0; round <= Rounds; round++)
            {
                foreach (var (library, path) in programs)
                {
                    var start = new ProcessStartInfo(
                        path,
                        [
                            $"{entra.SecureAddress}", entra.Application.TenantId, entra.Application.ClientId, certificate,
                            $"{api.Audience}/.default",
                        ]);
                    start.Environment["SSL_CERT_FILE"] = authority;
                    var (time, _) = await Programs.RunAsync(start);
                    if (round > 0)
                    {
                        times[library].Add(time.TotalMilliseconds);
                    }
                }
            }

            return times;
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static async Task WriteCertificateAsync(EmulatedApplication application, string path)
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest("CN=orders", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        var now = TimeProvider.System.GetUtcNow();
        using var certificate = request.CreateSelfSigned(now.AddHours(-1), now.AddDays(1));
        application.AddCertificate(certificate);
        await File.WriteAllTextAsync(path, $"{key.ExportPkcs8PrivateKeyPem()}\n{certificate.ExportCertificatePem()}\n");
    }

    private static long Size(string program) => new FileInfo(program).Length;

    private static double Median(List<double> values) => values.Order().ElementAt(values.Count / 2);
}
