namespace WorkloadIdentity.Tests;

/// <summary>Where a tenant is, and who reads it.</summary>
internal sealed record Access(Uri AuthorityHost, Uri Graph, string TenantId, string ClientId, string Secret)
{
    public ApplicationCredential Credential(TimeProvider clock) => new(
        TenantId, ClientId, ClientSecretAuthentication.FromValue(Secret),
        new ApplicationCredentialOptions { AuthorityHost = AuthorityHost, TimeProvider = clock });

    public async Task<string> TokenAsync(TimeProvider clock)
    {
        using var acquirer = new TokenAcquirer(Credential(clock), new TokenAcquirerOptions { TimeProvider = clock });
        return (await acquirer.GetTokenAsync(new TokenRequest("https://graph.microsoft.com/.default"))).Value;
    }

    /// <summary>One line for another process.</summary>
    public override string ToString() => string.Join(' ', AuthorityHost, Graph, TenantId, ClientId, Secret);

    public static Access Parse(string line) => line.Split(' ') is [var authority, var graph, var tenant, var client, var secret]
        ? new(new Uri(authority), new Uri(graph), tenant, client, secret)
        : throw new ArgumentException("Not a tenant's access.", nameof(line));
}
