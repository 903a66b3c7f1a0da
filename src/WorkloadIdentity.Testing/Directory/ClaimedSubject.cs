namespace WorkloadIdentity.Testing;

/// <summary>
/// A subject made of claims, <c>name:value:name:value</c>. GitHub and GitLab let a project choose which claims stand in it and in which
/// order. A colon within a value is written <c>%3A</c>.
/// </summary>
internal static class ClaimedSubject
{
    /// <summary>The claims that stand in a subject; null when it has another form.</summary>
    /// <param name="subject">The subject.</param>
    /// <param name="isClaim">Whether a name is that of a claim.</param>
    /// <param name="alone">A word that stands without a value; it is read as a claim with an empty one.</param>
    public static Dictionary<string, string>? Read(string subject, Func<string, bool> isClaim, string? alone = null)
    {
        var claims = new Dictionary<string, string>(StringComparer.Ordinal);
        var parts = subject.Split(':');
        for (var i = 0; i < parts.Length; i++)
        {
            var name = parts[i];
            var value = name == alone ? ""
                : i + 1 < parts.Length && isClaim(name) ? parts[++i].Replace("%3A", ":", StringComparison.OrdinalIgnoreCase)
                : null;
            if (value is null || (value.Length == 0 && name != alone) || value.Any(char.IsControl) || !claims.TryAdd(name, value))
            {
                return null;
            }
        }

        return claims;
    }

    /// <summary>Adds what follows from a claim; false when the subject says something else.</summary>
    public static bool Implies(this Dictionary<string, string> claims, string name, string value) =>
        claims.TryAdd(name, value) || claims[name] == value;
}
