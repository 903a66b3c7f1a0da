using System.Collections.Frozen;
using System.Globalization;

namespace WorkloadIdentity.Testing;

/// <summary>
/// How Entra refuses with each code that is known: the OAuth error and status go by the code's category (RFC 6749 section 5.2), the
/// sentence by its meaning. The codes are those of docs/errors.md, compiled in.
/// </summary>
internal static class KnownRefusals
{
    private static readonly FrozenDictionary<long, (TokenErrorCategory Category, string Meaning)> Table = Read();

    public static IReadOnlyCollection<long> Codes => Table.Keys;

    /// <summary>The refusal with a code; what is stated wins over what the code would have.</summary>
    public static TokenRefusal Of(long code, string? error = null, int? status = null, string? suberror = null, string? claims = null)
    {
        var known = Table.TryGetValue(code, out var entry);
        var (usualError, usualStatus) = known ? UsualOf(entry.Category) : ("invalid_grant", 400);
        error ??= usualError;
        return new TokenRefusal(
            code, error, status ?? usualStatus,
            known ? $"{entry.Meaning.TrimEnd('.')}. (Emulator: refused on demand.)" : "Refused on demand.")
        {
            Suberror = suberror ?? (error == "interaction_required" ? "basic_action" : null),
            Claims = claims,
        };
    }

    private static (string Error, int Status) UsualOf(TokenErrorCategory category) => category switch
    {
        TokenErrorCategory.ClientSecret or TokenErrorCategory.ClientCredential or TokenErrorCategory.ClientCertificate
            or TokenErrorCategory.AssertionTime
            or TokenErrorCategory.AssertionContent or TokenErrorCategory.FederationMismatch or TokenErrorCategory.FederationConfig
            or TokenErrorCategory.FederationPolicy => ("invalid_client", 401),
        TokenErrorCategory.AppNotFound or TokenErrorCategory.AppDisabled or TokenErrorCategory.AppRegistration =>
            ("unauthorized_client", 400),
        TokenErrorCategory.Scope => ("invalid_scope", 400),
        TokenErrorCategory.Resource => ("invalid_resource", 400),
        TokenErrorCategory.RequestBug or TokenErrorCategory.Tenant or TokenErrorCategory.Authority or TokenErrorCategory.FederationIssuer =>
            ("invalid_request", 400),
        TokenErrorCategory.InteractionRequired => ("interaction_required", 400),
        TokenErrorCategory.Throttling => ("temporarily_unavailable", 429),
        TokenErrorCategory.Transient => ("temporarily_unavailable", 503),
        TokenErrorCategory.ServiceError => ("server_error", 500),
        _ => ("invalid_grant", 400),
    };

    private static FrozenDictionary<long, (TokenErrorCategory Category, string Meaning)> Read()
    {
        using var stream = typeof(KnownRefusals).Assembly.GetManifestResourceStream("EntraErrors.tsv")
            ?? throw new InvalidOperationException("EntraErrors.tsv is missing from the assembly.");
        using var reader = new StreamReader(stream);
        reader.ReadLine();
        var table = new Dictionary<long, (TokenErrorCategory, string)>();
        while (reader.ReadLine() is { } line)
        {
            var columns = line.Split('\t');
            table.Add(
                long.Parse(columns[0], NumberStyles.None, CultureInfo.InvariantCulture),
                (Enum.Parse<TokenErrorCategory>(columns[1]), columns[2]));
        }

        return table.ToFrozenDictionary();
    }
}
