namespace WorkloadIdentity.Testing;

/// <summary>
/// A generated directory: who is who, computed from the seed. Of ten service principals three have an application registered here, two are
/// managed identities, two are third parties', two Microsoft's, and one is of a rarer kind. For each there are five assignments of
/// permissions and one and a half delegated grants; for two there is one credential.
/// </summary>
internal sealed class SeededTenant(SeededIds ids, int count, DateTimeOffset day, string tenantId, string graphId)
{
    public const string MicrosoftTenant = "f8cdef31-a31e-4b4a-93e4-5f571e91255a";
    public const string GraphAppId = "00000003-0000-0000-c000-000000000000";
    public const int AssignmentsEach = 5;
    public const string UniqueName = "application-";
    private const int Period = 10;
    private const int MaxResources = 60;

    public SeededIds Ids => ids;

    /// <summary>The day on the emulator's clock to which all dates are relative.</summary>
    public DateTimeOffset Day => day;

    public string TenantId => tenantId;

    /// <summary>How many service principals.</summary>
    public int Count => count;

    public int Users => count == 0 ? 0 : Math.Max(40, count / 20);

    public int Applications => (count / Period * 3) + Math.Min(3, count % Period);

    public int Resources => count == 0 ? 0 : Math.Clamp(count / Period, 1, MaxResources);

    public int Grants => count + (count / 2);

    /// <summary>The service principal of an application.</summary>
    public static int PrincipalOf(int application) => (application / 3 * Period) + (application % 3);

    /// <summary>The application of a service principal; null when it is registered elsewhere.</summary>
    public static int? ApplicationOf(int principal) => principal % Period < 3 ? (principal / Period * 3) + (principal % Period) : null;

    /// <summary>The service principal of a resource. The first is Microsoft Graph.</summary>
    public int ResourcePrincipal(int resource) => Math.Min((resource * Period) + 6, count - 1);

    /// <summary>Which resource a service principal is; null when it is none.</summary>
    public int? ResourceOf(int principal)
    {
        var resource = Math.Max(0, principal - 6) / Period;
        return resource < Resources && ResourcePrincipal(resource) == principal ? resource : null;
    }

    public string PrincipalId(int principal) => ResourceOf(principal) == 0 ? graphId : ids.Id(SeededKind.Principal, principal);

    public string AppId(int principal) => ResourceOf(principal) == 0 ? GraphAppId : ids.Id(SeededKind.Client, principal);

    public int? FindPrincipal(string key)
    {
        var index = GraphCall.KeyValue(key, "appId") is { } appId
            ? appId.Equals(GraphAppId, StringComparison.OrdinalIgnoreCase) ? ResourceOrNull() : ids.Index(SeededKind.Client, appId)
            : key.Equals(graphId, StringComparison.OrdinalIgnoreCase) ? ResourceOrNull() : ids.Index(SeededKind.Principal, key);
        return index is { } found && found < count ? (int)found : null;
    }

    public int? FindApplication(string key)
    {
        if (GraphCall.KeyValue(key, "appId") is not null)
        {
            return FindPrincipal(key) is { } principal ? ApplicationOf(principal) : null;
        }

        var index = GraphCall.KeyValue(key, "uniqueName") is { } name
            ? name.StartsWith(UniqueName, StringComparison.Ordinal) && int.TryParse(name[UniqueName.Length..], out var number)
                && number % 3 == 0 ? number : null
            : ids.Index(SeededKind.Application, key);
        return index is { } found && found < Applications ? (int)found : null;
    }

    /// <summary>How many assignments a resource has. Each principal holds one of Microsoft Graph and four of the others in turn.</summary>
    public int AssignmentsOf(int resource) => Resources == 1 ? count * AssignmentsEach
        : resource == 0 ? count
        : ((count * (AssignmentsEach - 1)) - (resource - 1) + Resources - 2) / (Resources - 1);

    /// <summary>The assignment at a place of a resource's list: its principal, and which of this one's five it is.</summary>
    public (int Principal, int Number) AssignmentAt(int resource, int place)
    {
        if (Resources == 1)
        {
            return (place / AssignmentsEach, place % AssignmentsEach);
        }

        var other = resource - 1 + ((Resources - 1) * (long)place);
        return resource == 0 ? (place, 0) : ((int)(other / (AssignmentsEach - 1)), 1 + (int)(other % (AssignmentsEach - 1)));
    }

    /// <summary>The resource of a principal's assignment.</summary>
    public int ResourceOfAssignment(int principal, int number) =>
        number == 0 || Resources == 1
            ? 0
            : 1 + (int)((((long)principal * (AssignmentsEach - 1)) + number - 1) % (Resources - 1));

    public DateTimeOffset DaysAgo(int days) => day.AddDays(-days);

    private long? ResourceOrNull() => Resources == 0 ? null : ResourcePrincipal(0);
}
