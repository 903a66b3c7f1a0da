namespace WorkloadIdentity;

/// <summary>
/// The host that secrets and assertions are posted to: one of the clouds compiled in, a literal loopback address, or a host that the
/// application allows in code. No server can choose or change it.
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
        MutualTls = uri.Scheme != Uri.UriSchemeHttps ? null
            : isLoopback || IsForMutualTls(uri.IdnHost) ? uri
            : uri.IsDefaultPort && EntraCloud.MutualTlsHost(uri.IdnHost) is { } host ? new Uri($"https://{host}")
            : null;
    }

    /// <summary>Scheme, host and port.</summary>
    public Uri Uri { get; }

    /// <summary>The host, and the port unless it is the default one: for messages and partitions.</summary>
    public string Name { get; }

    /// <summary>Whether the host is a literal loopback address. Such a server is never reached through a proxy.</summary>
    public bool IsLoopback { get; }

    /// <summary>The audience of assertions for federated credentials; null if the application must state it.</summary>
    public string? TokenExchangeAudience { get; }

    /// <summary>
    /// Where the application may prove itself with a certificate in TLS: a host of the same cloud, or this one if it is one of these or
    /// a loopback address; null if there is none.
    /// </summary>
    public Uri? MutualTls { get; }

    /// <summary>The authority at <paramref name="host"/>.</summary>
    /// <exception cref="ArgumentException">Secrets must not be sent to this host.</exception>
    public static Authority Require(Uri host, bool allowUnknown, string parameter)
    {
        ArgumentNullException.ThrowIfNull(host, parameter);
        return Problem(host, allowUnknown) is { } problem
            ? throw new ArgumentException(problem, parameter)
            : new Authority(new Uri(host.GetLeftPart(UriPartial.Authority)), LiteralAddress.IsLoopback(host));
    }

    /// <summary>Why secrets must not be sent to <paramref name="host"/>; null if they may.</summary>
    public static string? Problem(Uri host, bool allowUnknown)
    {
        if (SecretAddress.Problem(host, AddressParts.None, PlainHttp.ToLoopback) is { } problem)
        {
            return $"The authority host {problem} Expected something like https://login.microsoftonline.com/ (see EntraCloud).";
        }

        if (host.IdnHost.Equals(ClosedGermanCloud, StringComparison.OrdinalIgnoreCase))
        {
            return $"The authority host '{ClosedGermanCloud}' belongs to a cloud that closed in October 2021. For the German sovereign "
                + "cloud use EntraCloud.Germany.";
        }

        return LiteralAddress.IsLoopback(host) || allowUnknown || (host.IsDefaultPort && EntraCloud.IsKnown(host.IdnHost))
            ? null
            : $"The authority host '{host.Authority}' is not one of Entra's. Use a member of EntraCloud. To send secrets to this host "
                + "anyway, set AllowUnknownAuthorityHost = true in code.";
    }

    public override string ToString() => Name;

    /// <summary>Whether the host is one for certificates, also that of a region: <c>westus3.mtlsauth.microsoft.com</c>.</summary>
    private static bool IsForMutualTls(string host) => host.Split('.', 3) is ["mtlsauth", _, _] or [_, "mtlsauth", _];

    /// <summary>
    /// The host that an application uses: the stated one, else that of the environment as in the Azure SDKs, else the public cloud's. Or
    /// what is wrong with it.
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

        return Guard.HasControlCharacter(text) || !Uri.TryCreate(text, UriKind.Absolute, out var host)
            ? (null, $"{Variable} cannot be used. It is not an absolute URL. Expected something like https://login.microsoftonline.com/.")
            : Problem(host, allowUnknown) is { } problem ? (null, $"{Variable} cannot be used. {problem}")
            : (host, null);
    }
}
