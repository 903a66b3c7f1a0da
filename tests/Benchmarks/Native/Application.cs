namespace Native;

/// <summary>What every library is told: the same application, tenant and scope, and a PEM file with certificate and key.</summary>
internal sealed record Application(Uri AuthorityHost, string TenantId, string ClientId, string CertificateFile, string Scope)
{
    public static Application FromArguments(string[] arguments) =>
        arguments is [var authority, var tenant, var client, var certificate, var scope]
            ? new Application(new Uri(authority), tenant, client, certificate, scope)
            : throw new ArgumentException("Expected authority, tenant, client, certificate file and scope.");
}
