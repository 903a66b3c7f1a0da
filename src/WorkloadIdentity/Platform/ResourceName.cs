namespace WorkloadIdentity;

/// <summary>
/// The resource of a scope as logs and traces may show it: the host of a URL, otherwise what stands before <c>/.default</c>.
/// </summary>
internal static class ResourceName
{
    /// <summary>Behind a resource it makes the scope that means all permissions granted on it.</summary>
    public const string DefaultSuffix = "/.default";

    public static string Of(string scope) =>
        Uri.TryCreate(scope, UriKind.Absolute, out var uri) && uri.Host.Length > 0 && uri.Scheme is "https" or "http" ? uri.Host
        : scope.EndsWith(DefaultSuffix, StringComparison.Ordinal) ? scope[..^DefaultSuffix.Length]
        : scope;
}
