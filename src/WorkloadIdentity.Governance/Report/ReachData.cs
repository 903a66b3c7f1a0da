namespace WorkloadIdentity.Governance;

/// <summary>
/// What of a review is in the picture of reach: the identities that reach farthest and the permissions that let them one by one, and all
/// others in groups.
/// </summary>
internal sealed class ReachData
{
    private const int MostIdentities = 12;
    private const int MostPowers = 9;
    private const int MostApis = 3;

    private readonly List<ReachNode> _from = [];
    private readonly List<ReachNode> _to = [];
    private readonly Dictionary<string, int> _places = new(StringComparer.Ordinal);
    private readonly Dictionary<(int From, int To), int> _flows = [];

    public static ReachPicture Of(TenantReview review)
    {
        var data = new ReachData();
        data.Fill(review);
        return new ReachPicture(
            data._from, data._to, [.. data._flows.Select(flow => new ReachFlow(flow.Key.From, flow.Key.To, flow.Value))]);
    }

    public static string Tone(Power power) => power switch
    {
        Power.Tenant => "high",
        Power.Wide => "medium",
        _ => "low",
    };

    private void Fill(TenantReview review)
    {
        var all = review.Facts.Identities
            .Select(identity => (Identity: identity, Power: review.Facts.PowerOf(identity), Held: ReviewFacts.PowersOf(identity).ToList()))
            .Where(entry => entry.Held.Count > 0)
            .OrderByDescending(entry => entry.Power)
            .ThenByDescending(entry => entry.Held.Count(held => held.Reach.Power == entry.Power))
            .ThenBy(entry => entry.Identity.ClientId.ToString(), StringComparer.Ordinal)
            .ToList();
        Powers([.. all.SelectMany(entry => entry.Held)]);
        foreach (var (identity, power, held) in all.Take(MostIdentities))
        {
            _from.Add(new ReachNode(identity.DisplayName, Detail(identity), Tone(power)));
            held.ForEach(one => Flow(_from.Count - 1, one));
        }

        var others = all.Skip(MostIdentities).ToList();
        if (others.Count > 0)
        {
            var assignments = PlainText.Count(others.Sum(entry => entry.Held.Count), "assignment");
            _from.Add(new ReachNode(
                PlainText.Count(others.Count, "other identity", "other identities"), assignments, Tone(others.Max(entry => entry.Power))));
            others.ForEach(entry => entry.Held.ForEach(one => Flow(_from.Count - 1, one)));
        }
    }

    /// <summary>The nodes on the right: far-reaching powers by themselves, then ordinary permissions by API.</summary>
    private void Powers(List<HeldPower> held)
    {
        var far = held.Where(one => one.Reach.Power >= Power.Wide).GroupBy(Key)
            .OrderByDescending(group => group.First().Reach.Power).ThenByDescending(group => group.Count())
            .ThenBy(group => group.Key, StringComparer.Ordinal).ToList();
        foreach (var group in far.Take(MostPowers))
        {
            var one = group.First();
            Node(group.Key, new ReachNode(
                one.Permission?.Value ?? one.Role?.Name ?? one.Name,
                $"{one.Permission?.ResourceName ?? (one.Permission is null ? "directory role" : "API")} · {one.Reach.Why}",
                Tone(one.Reach.Power)));
        }

        Group(far.Skip(MostPowers).ToList(), "other far-reaching permission", "medium");
        var apis = held.Where(one => one.Reach.Power < Power.Wide).GroupBy(Key)
            .OrderByDescending(group => group.Count()).ThenBy(group => group.Key, StringComparer.Ordinal).ToList();
        foreach (var group in apis.Take(MostApis))
        {
            var api = group.First().Permission?.ResourceName;
            Node(group.Key, new ReachNode(
                api is null ? "Other directory roles" : $"Other permissions of {api}",
                PlainText.Count(group.Count(), "assignment"), "low"));
        }

        Group(apis.Skip(MostApis).ToList(), "other API", "low");
    }

    private void Group(List<IGrouping<string, HeldPower>> groups, string what, string tone)
    {
        if (groups.Count == 0)
        {
            return;
        }

        _to.Add(new ReachNode(
            PlainText.Count(groups.Count, what), PlainText.Count(groups.Sum(group => group.Count()), "assignment"), tone));
        groups.ForEach(group => _places[group.Key] = _to.Count - 1);
    }

    private void Node(string key, ReachNode node)
    {
        _to.Add(node);
        _places[key] = _to.Count - 1;
    }

    private void Flow(int from, HeldPower held)
    {
        var flow = (from, _places[Key(held)]);
        _flows[flow] = _flows.GetValueOrDefault(flow) + 1;
    }

    /// <summary>A far-reaching power is its own group; the others are grouped by API.</summary>
    private static string Key(HeldPower held) =>
        held.Reach.Power >= Power.Wide
            ? held.Permission is { } permission ? $"p {permission.ResourceId} {permission.RoleId}" : $"r {held.Role!.TemplateId}"
            : held.Permission is { } ordinary ? $"a {ordinary.ResourceId}" : "d";

    private static string Detail(InventoriedIdentity identity) =>
        Words.Kind(identity) + (identity.Owners is { Count: 0 } && identity.Kind != IdentityKind.ManagedIdentity ? " · no owner" : "");
}
