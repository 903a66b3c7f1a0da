namespace WorkloadIdentity;

/// <summary>
/// The host that secrets and assertions are posted to: one of the clouds compiled in, a literal loopback address, or a host the application
/// vouches for in code. Nothing a server says can make or change one.
/// </summary>
internal sealed class Authority
{
    private const string ClosedGermanCloud = "login.microsoftonline.de";

    private Authority(Uri uri, bool isLoopback)
    {
        Uri = uri;
        IsLoopback = isLoopback;
        Name = uri.IsDefaultPort ? uri.IdnHost : uri.Authority;
        TokenExchangeAudience = uri.IsDefaultPort ? EntraCloud.TokenExchangeAudience(uri.IdnHost) : null;
    }

    /// <summary>Scheme, host and port.</summary>
    public Uri Uri { get; }

    /// <summary>Host, and port where it is not the scheme's own: for messages and partitions.</summary>
    public string Name { get; }

    /// <summary>A literal loopback address: a server on this machine, never reached through a proxy.</summary>
    public bool IsLoopback { get; }

    /// <summary>What assertions for federated credentials are addressed to here; null where the application must state it.</summary>
    public string? TokenExchangeAudience { get; }

    /// <summary>The authority at <paramref name="host"/>.</summary>
    /// <exception cref="ArgumentException">Secrets must not go there.</exception>
    public static Authority Require(Uri host, bool allowUnknown, string parameter)
    {
        ArgumentNullException.ThrowIfNull(host, parameter);
        return Problem(host, allowUnknown) is { } problem
            ? throw new ArgumentException(problem, parameter)
            : new Authority(new Uri(host.GetLeftPart(UriPartial.Authority)), LiteralAddress.IsLoopback(host));
    }

    /// <summary>What is wrong with <paramref name="host"/> as a place for secrets; null when nothing is.</summary>
    public static string? Problem(Uri host, bool allowUnknown)
    {
        if (!host.IsAbsoluteUri || host.Scheme is not ("https" or "http"))
        {
            return "The authority host is not an absolute https URL. Expected something like https://login.microsoftonline.com/ (see "
                + "EntraCloud).";
        }

        if (host.UserInfo.Length > 0)
        {
            return "The authority host carries user information before an '@', which hides the host that is really addressed. Use scheme "
                + "and host alone.";
        }

        if (host.PathAndQuery != "/" || host.Fragment.Length > 0)
        {
            return $"The authority host '{host.GetLeftPart(
                UriPartial.Authority)}' is followed by a path, query or fragment. Use scheme and host alone; the tenant is given "
                    + "separately.";
        }

        var loopback = LiteralAddress.IsLoopback(host);
        if (!loopback && host.Scheme != Uri.UriSchemeHttps)
        {
            return $"The authority host '{host.GetLeftPart(
                UriPartial.Authority)}' is not https. Secrets go over https; plain http is for a literal loopback address such as "
                    + "http://127.0.0.1:5000.";
        }

        if (host.IdnHost.Equals(ClosedGermanCloud, StringComparison.OrdinalIgnoreCase))
        {
            return $"The authority host '{ClosedGermanCloud}' belongs to a cloud that closed in October 2021. For the German sovereign "
                + "cloud use EntraCloud.Germany.";
        }

        return loopback || allowUnknown || (host.IsDefaultPort && EntraCloud.IsKnown(host.IdnHost))
            ? null
            : $"The authority host '{host.Authority}' is not one of Entra's. Use a member of EntraCloud; if secrets shall really go to "
                + "this host, set AllowUnknownAuthorityHost = true in code.";
    }

    /// <summary>
    /// Where tokens of one tenant are issued. The tenant was checked (<see cref="TenantId"/>): it can only ever be one segment.
    /// </summary>
    public Uri TokenEndpoint(string tenantId) => new($"{Uri.GetLeftPart(UriPartial.Authority)}/{tenantId}/oauth2/v2.0/token");

    public override string ToString() => Name;

    /// <summary>
    /// The host an application uses when it states none: the environment's, as in the Azure SDKs, or else the public cloud's. Or what is
    /// wrong with it.
    /// </summary>
    public static (Uri? Host, string? Problem) Choose(Uri? stated, WorkloadEnvironment environment, bool allowUnknown)
    {
        const string Variable = "AZURE_AUTHORITY_HOST";
        if (stated is not null)
        {
            return (stated, null);
        }

        if (environment.Variable(Variable) is not { } text)
        {
            return (EntraCloud.Public, null);
        }

        return WorkloadIdentity.Guard.HasControlCharacter(text) || !Uri.TryCreate(text, UriKind.Absolute, out var host)
                ? (null,
                    $"{Variable} cannot be used. It is not an absolute URL. Expected something like https://login.microsoftonline.com/.")
            : Problem(host, allowUnknown) is { } problem ? (null, $"{Variable} cannot be used. {problem}")
            : (host, null);
    }
}
