using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;

namespace WorkloadIdentity;

/// <summary>What a tenant may look like: a GUID or a domain name, and never a path.</summary>
/// <remarks>A tenant becomes one segment of the URL a secret is posted to, so whatever could change that URL is refused.</remarks>
internal static partial class TenantId
{
    /// <summary>
    /// The tenant in lower case. Letter case names no other tenant, so it must not make another cache entry or another partition.
    /// </summary>
    public static string Require(string value, string parameter)
    {
        ArgumentNullException.ThrowIfNull(value, parameter);
        return Problem(value) is { } problem ? throw new ArgumentException(problem, parameter) : value.ToLowerInvariant();
    }

    /// <summary>What is wrong with <paramref name="value"/> as a tenant; null when nothing is.</summary>
    public static string? Problem(string value)
    {
        if (string.IsNullOrWhiteSpace(value))
        {
            return "The tenant is empty. Use the directory (tenant) id or a verified domain, such as contoso.onmicrosoft.com.";
        }

        if (StrayCharacters.InWord(value) is { } stray)
        {
            return $"The tenant {stray}. Use the directory (tenant) id or a verified domain alone, such as contoso.onmicrosoft.com.";
        }

        if (value.Equals("common", StringComparison.OrdinalIgnoreCase)
            || value.Equals("organizations", StringComparison.OrdinalIgnoreCase)
            || value.Equals("consumers", StringComparison.OrdinalIgnoreCase))
        {
            return $"The tenant '{value}' stands for no tenant in particular, and a workload acts in one. Use the directory (tenant) id.";
        }

        return WorkloadIdentity.Guard.IsGuid(value) || IsDomainName(value)
            ? null
            : "The tenant is neither a GUID nor a domain name. Use the directory (tenant) id, such as "
                + "72f988bf-86f1-41af-91ab-2d7cd011db47, or a verified domain.";
    }

    // Apart, so that a program whose tenants are GUIDs never loads regular expressions.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static bool IsDomainName(string value) => DomainName().IsMatch(value);

    // \A and \z, because $ would accept a trailing line break.
    [GeneratedRegex(
        @"\A(?=.{1,253}\z)[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?(?:\.[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?)+\z",
        RegexOptions.CultureInvariant)]
    private static partial Regex DomainName();
}
