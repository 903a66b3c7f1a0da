namespace WorkloadIdentity.Npgsql;

/// <summary>The scope of a data source's tokens, and the servers that may get them. Read once, in <c>UseWorkloadIdentity</c>.</summary>
public sealed class NpgsqlTokenOptions
{
    /// <summary>The scope of Azure Database for PostgreSQL in the public cloud.</summary>
    public const string AzureDatabaseScope = "https://ossrdbms-aad.database.windows.net/.default";

    /// <summary>
    /// The scope of the tokens. The default is <see cref="AzureDatabaseScope"/>; US Government has
    /// <c>https://ossrdbms-aad.database.usgovcloudapi.net/.default</c>, China
    /// <c>https://ossrdbms-aad.database.chinacloudapi.cn/.default</c>.
    /// </summary>
    public string Scope { get; set; } = AzureDatabaseScope;

    /// <summary>The tenant to get tokens in; null takes the credential's own.</summary>
    public string? TenantId { get; set; }

    /// <summary>
    /// Whether a token may go to a server on another machine that the connection string does not verify (<c>SSL Mode</c> below
    /// <c>VerifyFull</c>). Set it where a callback of your own verifies the server, which Npgsql does not combine with <c>VerifyFull</c>.
    /// The default is false: the token is sent in clear text, so an attacker who answers in place of the server would get it.
    /// </summary>
    public bool AllowUnverifiedServer { get; set; }

    internal TokenRequest Request()
    {
        var request = new TokenRequest(Scope).RequireSendable(
            "the database server", "the scope of the database server", $"{nameof(NpgsqlTokenOptions)}.{nameof(Scope)}");
        return TenantId is null ? request : request.ForTenant(TenantId);
    }
}
