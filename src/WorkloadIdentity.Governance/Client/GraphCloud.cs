namespace WorkloadIdentity.Governance;

/// <summary>
/// Where Graph answers in each cloud. See
/// <see href="https://learn.microsoft.com/graph/deployments">national cloud deployments</see>.
/// </summary>
public static class GraphCloud
{
    /// <summary>The public cloud and US Government L1 to L3.</summary>
    public static Uri Public { get; } = new("https://graph.microsoft.com/");

    /// <summary>US Government L4 (GCC High).</summary>
    public static Uri UsGovernment { get; } = new("https://graph.microsoft.us/");

    /// <summary>US Government L5 (DoD).</summary>
    public static Uri UsGovernmentDod { get; } = new("https://dod-graph.microsoft.us/");

    /// <summary>China, operated by 21Vianet. Identity Protection and the reports of sign-ins do not exist there.</summary>
    public static Uri China { get; } = new("https://microsoftgraph.chinacloudapi.cn/");

    /// <summary>
    /// The host that issues the tokens for a Graph. Any other Graph, such as an emulator's, is taken for the public cloud's.
    /// </summary>
    internal static Uri AuthorityOf(Uri graph) =>
        graph == UsGovernment || graph == UsGovernmentDod ? EntraCloud.UsGovernment
        : graph == China ? EntraCloud.China
        : EntraCloud.Public;
}
