namespace WorkloadIdentity.Testing;

/// <summary>Who calls Graph: an application with the permissions in its token, or a user.</summary>
internal sealed class GraphCaller(EmulatedTenant tenant, SignedJwt token)
{
    private readonly IReadOnlyList<string> _roles = token.Strings("roles");

    public EmulatedTenant Tenant => tenant;

    public SignedJwt Token => token;

    public string ClientId { get; } = token.Claim("appid")!;

    /// <summary>A user's token needs no permission here: delegated permissions are not emulated.</summary>
    public bool IsUser { get; } = token.Claim("scp") is not null;

    public bool HasAny(IEnumerable<string> permissions) => IsUser || permissions.Any(_roles.Contains);

    public void Require(IEnumerable<string> permissions)
    {
        if (!HasAny(permissions))
        {
            throw GraphErrorException.Denied();
        }
    }
}
