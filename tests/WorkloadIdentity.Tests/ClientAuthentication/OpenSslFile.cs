using System.Security.Cryptography.X509Certificates;

namespace WorkloadIdentity.Tests;

/// <summary>
/// Files that OpenSSL made and .NET could not: <c>OpenSsl/make.sh</c> makes them again. Their password is <see cref="Password"/>.
/// </summary>
internal static class OpenSslFile
{
    public const string Password = "pw";

    public static X509Certificate2 Certificate { get; } = X509CertificateLoader.LoadCertificate(Bytes("certificate.pem"));

    public static byte[] Bytes(string name) =>
        File.ReadAllBytes(Path.Combine(Repository.Root, "tests/WorkloadIdentity.Tests/ClientAuthentication/OpenSsl", name));

    public static string Text(string name) => System.Text.Encoding.ASCII.GetString(Bytes(name));
}
