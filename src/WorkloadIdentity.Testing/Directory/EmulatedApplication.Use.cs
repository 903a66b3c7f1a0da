namespace WorkloadIdentity.Testing;

/// <content>What a test hands to the code under test: environments that describe the application, and users who call it.</content>
public sealed partial class EmulatedApplication
{
    /// <summary>
    /// A token of a user for this application, as a client would send it to a web API: the user assertion of an on-behalf-of request.
    /// </summary>
    /// <param name="userName">The user's name; the same name is the same user.</param>
    /// <param name="permissions">The <c>scp</c> of the token: what the user delegated, separated by spaces.</param>
    /// <param name="lifetime">How long it lives; <see cref="EntraEmulator.TokenLifetime"/> when null. A negative one makes a token that has
    /// already expired.</param>
    /// <param name="tenant">The tenant the user signed in to; the application's home tenant when null.</param>
    public string IssueUserToken(
        string userName = "alice@emulated.example", string permissions = "access_as_user", TimeSpan? lifetime = null,
        EmulatedTenant? tenant = null)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(userName);
        ArgumentException.ThrowIfNullOrWhiteSpace(permissions);
        return _entra.Tokens.Issue(new TokenGrant
        {
            Tenant = tenant ?? Tenant,
            ClientId = EmulatedDirectory.FirstPartyClientId,
            ObjectId = EmulatedDirectory.ObjectIdOf(tenant ?? Tenant, userName),
            Audience = ClientId,
            Lifetime = lifetime ?? _entra.TokenLifetime,
            UserName = userName,
            Permissions = permissions,
        }).Value;
    }

    /// <summary>The environment of a workload that is this application, with its newest unexpired secret.</summary>
    /// <exception cref="InvalidOperationException">The application has no unexpired secret.</exception>
    public IReadOnlyDictionary<string, string> EnvironmentWithSecret() => Environment(
        ("AZURE_CLIENT_SECRET", UnexpiredSecret
            ?? throw new InvalidOperationException($"Application {ClientId} has no unexpired secret. Add one with AddSecret().")));

    /// <summary>The newest secret that has not expired; null where there is none.</summary>
    internal string? UnexpiredSecret => Credentials.Secrets.LastOrDefault(secret => !secret.HasExpired(_entra.Clock.GetUtcNow()))?.Value;

    /// <summary>The environment of a workload that is this application, with a certificate file.</summary>
    /// <param name="path">Where the workload finds it.</param>
    /// <param name="password">The file's password; none when null.</param>
    public IReadOnlyDictionary<string, string> EnvironmentWithCertificate(string path, string? password = null)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        return password is null
            ? Environment(("AZURE_CLIENT_CERTIFICATE_PATH", path))
            : Environment(("AZURE_CLIENT_CERTIFICATE_PATH", path), ("AZURE_CLIENT_CERTIFICATE_PASSWORD", password));
    }

    /// <summary>The environment of a workload that is this application, with a federated token file as Kubernetes projects it.</summary>
    /// <param name="path">Where the workload finds it.</param>
    public IReadOnlyDictionary<string, string> EnvironmentWithTokenFile(string path)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        return Environment(("AZURE_FEDERATED_TOKEN_FILE", path));
    }

    private Dictionary<string, string> Environment(params ReadOnlySpan<(string Name, string Value)> credential)
    {
        var variables = new Dictionary<string, string>
        {
            ["AZURE_AUTHORITY_HOST"] = _entra.AuthorityHost.AbsoluteUri,
            ["AZURE_TENANT_ID"] = TenantId,
            ["AZURE_CLIENT_ID"] = ClientId,
        };
        foreach (var (name, value) in credential)
        {
            variables.Add(name, value);
        }

        return variables;
    }
}
