using System.Text.Json;

namespace WorkloadIdentity.Testing;

/// <summary>The directory of Microsoft Graph as a document states it.</summary>
internal static class GraphSettings
{
    private const int Most = 1_000_000;

    public static EmulatedGraphOptions Read(DocumentObject at) => new()
    {
        ServicePrincipals = (int)(at.Number("servicePrincipals", 0, Most) ?? 0),
        Seed = (int)(at.Number("seed", 0, int.MaxValue) ?? 1),
        EnforcesLimits = at.Flag("enforcesLimits") ?? true,
        Licences = at.Has("licences") ? Licences(at) : EmulatedLicences.All,
    };

    private static EmulatedLicences Licences(DocumentObject at)
    {
        var known = Enum.GetValues<EmulatedLicences>().Except([EmulatedLicences.None, EmulatedLicences.All])
            .ToDictionary(licence => JsonNamingPolicy.CamelCase.ConvertName(licence.ToString()));
        var licences = EmulatedLicences.None;
        foreach (var name in at.Texts("licences"))
        {
            if (known.TryGetValue(name, out var licence))
            {
                licences |= licence;
            }
            else
            {
                at.Report("licences", $"There is no licence '{name}'. Expected some of: {string.Join(", ", known.Keys)}.");
            }
        }

        return licences;
    }
}
