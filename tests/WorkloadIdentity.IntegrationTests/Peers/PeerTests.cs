using System.Text.RegularExpressions;

namespace WorkloadIdentity.IntegrationTests;

/// <summary>
/// The same variables and the same server for Azure.Identity and for us: same identity, same requests, same kind of outcome.
/// Every difference is one that docs/differences.md gives a reason for.
/// </summary>
[Collection(PeerCollection.Name)]
public sealed partial class PeerTests
{
    /// <summary>The section of docs/differences.md that speaks of a difference, and how such a difference looks.</summary>
    private static readonly (string Id, bool IsEverywhere, string Pattern)[] Known =
    [
        ("user-agent", true, "^header user-agent: "),
        ("request-ids", true, "^header x-ms-(return-)?client-request-id: - "),
        ("library-headers", true, "^header (x-client-(sku|ver|os|current-telemetry)|x-ms-lib-capability|accept): "),
        ("instance-discovery", true, "^discovery: "),
        ("client-info", true, "^form client_info: - "),
        ("app-service-object-id", false, $"^query (principal_id: {PeerSituation.ObjectId} . -|object_id: - . {PeerSituation.ObjectId})$"),
        ("app-service-of-2017", false, "^(requests: 1 . 0|outcome: Issued . Failed)$"),
        ("cloud-shell-header", false, "^header contenttype: - . application/x-www-form-urlencoded$"),
        ("service-fabric-version", false, "^query api-version: 2019-07-01-preview . 2020-05-01$"),
        ("service-fabric-object-id", false, "^(requests: 1 . 0|outcome: Issued . Failed)$"),
        ("arc-no-challenge", false, "^outcome: Failed . Issued$"),
        ("arc-link", false, "^(requests: 1 . 2|outcome: Failed . Issued)$"),
        ("another-identity", false, "^outcome: Failed . Issued$"),
        ("another-resource", false, "^outcome: Failed . Issued$"),
        ("token-type", false, "^outcome: Failed . Issued$"),
        ("absurd-expiry", false, "^outcome: Failed . Issued$"),
        ("page-instead-of-token", false, "^outcome: Failed . Unavailable$"),
        ("plain-http", false, "^(requests: 0 . 1|outcome: Failed . Issued)$"),
        ("loopback-only", false, "^(requests: 0 . 1|outcome: Failed . Issued)$"),
        ("half-a-host", false, "^(requests: 0 . 1|outcome: Failed . Issued)$"),
        ("half-a-configuration", false, "^(requests: 0 . 2|outcome: Failed . Issued)$"),
        ("missing-certificate-file", false, "^(requests: 0 . 1|outcome: Failed . Issued)$"),
        ("certificate-chain-is-an-array", false,
            """^form client_assertion: alg=PS256,typ=JWT,x5c=\["([^"]+)"\](,.*) . alg=PS256,typ=JWT,x5c=\1\2$"""),
        ("token-file-white-space", false, "^form client_assertion: "),
        ("container-instances-on-windows", false, "^(requests: 1 . 0|outcome: Issued . Failed)$"),
        ("azure-ml-without-identity", false, "^(requests: 0 . 1|outcome: Unavailable . Issued)$"),
        ("scope-without-suffix", false, "^(requests: 0 . 1|outcome: Failed . Issued)$"),
        ("imds-in-trouble", false, "^(requests: 2 . 1|outcome: (Issued|Failed) . Unavailable)$"),
        ("imds-by-its-form", false, "^requests: 1 . 2$"),
        ("named-identity-is-not-probed", false, "^(requests: 1 . 2|header metadata: true . -)$"),
        ("identity-not-found", false, "^outcome: Unavailable . Failed$"),
        ("named-identity", false, "^outcome: Failed . Unavailable$"),
    ];

    public static TheoryData<string> Situations => [.. PeerSituations.All.Select(situation => situation.Name)];

    [Theory]
    [MemberData(nameof(Situations))]
    public async Task What_both_do_is_the_same_but_for_reasons_that_are_written_down(string name) =>
        await CompareAsync(PeerSituations.All.Single(situation => situation.Name == name));

    [Fact]
    public void Every_difference_has_its_reason_in_the_docs_and_every_reason_its_difference()
    {
        var page = File.ReadAllText(Path.Combine(RepositoryRoot(), "docs/differences.md"));

        Assert.Equal(
            Known.Where(known => !known.IsEverywhere).Select(known => known.Id).Order(StringComparer.Ordinal),
            PeerSituations.All.SelectMany(situation => situation.Differences).Append(ArcPeerTests.Difference).Distinct()
                .Order(StringComparer.Ordinal));
        Assert.Equal(
            Known.Select(known => known.Id).Order(StringComparer.Ordinal),
            Heading().Matches(page).Select(heading => heading.Groups[1].Value).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task What_shows_everywhere_does_show()
    {
        var shown = await CompareAsync(PeerSituations.All.Single(situation => situation.Name == "IMDS"));
        shown = [.. shown, .. await CompareAsync(PeerSituations.All.Single(situation => situation.Name == "Secret"))];

        // Discovery is asked for once in a process, so it may have been asked for already.
        Assert.Empty(Known.Where(known => known.IsEverywhere).Select(known => known.Id).Except(shown).Except(["instance-discovery"]));
    }

    /// <summary>Puts both into a situation; returns the ids of the differences.</summary>
    internal static async Task<IReadOnlyList<string>> CompareAsync(PeerSituation situation)
    {
        // MSAL keeps tokens for the whole process: a scope of its own for each comparison.
        var scope = $"https://{Guid.NewGuid():N}.example{situation.Suffix}";
        var files =
            situation.Files.ToDictionary(
                file => file.Key,
                file => new TemporaryFile(file.Value, file.Value.StartsWith("-----", StringComparison.Ordinal) ? ".pem" : ""));
        using var variables =
            new ProcessVariables(
                situation.Variables.Concat(files.Select(file => KeyValuePair.Create(file.Key, file.Value.Path))).ToDictionary());

        var ours = await PeerRun.OursAsync(situation, scope);
        var theirs = await PeerRun.TheirsAsync(situation, scope);
        foreach (var file in files.Values)
        {
            file.Dispose();
        }

        var found = Differences(ours, theirs).ToList();
        var ids =
            found.Select(difference =>
                Known.FirstOrDefault(known =>
                    (known.IsEverywhere || situation.Differences.Contains(known.Id)) && Regex.IsMatch(difference, known.Pattern)).Id)
                        .ToList();
        Assert.True(
            ids.TrueForAll(id => id is not null),
            $"Not written down:\n{string.Join(
                '\n', found.Where((_, index) => ids[index] is null))}\nours: {ours.Detail}\ntheirs: {theirs.Detail}");
        Assert.Empty(situation.Differences.Except(ids!));
        return ids!;
    }

    private static IEnumerable<string> Differences(PeerRun ours, PeerRun theirs)
    {
        if (theirs.Requests.Any(request => request.IsDiscovery))
        {
            yield return "discovery: - | instance";
        }

        var asked = theirs.Requests.Where(request => !request.IsDiscovery).ToList();
        if (ours.Requests.Count != asked.Count)
        {
            yield return $"requests: {ours.Requests.Count} | {asked.Count}";
        }

        foreach (var difference in ours.Requests.Zip(asked).SelectMany(pair => pair.First.DifferencesTo(pair.Second)))
        {
            yield return difference;
        }

        if (ours.Outcome != theirs.Outcome)
        {
            yield return $"outcome: {ours.Outcome} | {theirs.Outcome}";
        }
    }

    internal static string RepositoryRoot()
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "Sdk.sln")))
        {
            folder = Path.GetDirectoryName(folder) ?? throw new InvalidOperationException("Sdk.sln was not found above the tests.");
        }

        return folder;
    }

    [GeneratedRegex("^## ([a-z0-9-]+)$", RegexOptions.Multiline)]
    private static partial Regex Heading();
}
