using System.Collections.Frozen;
using System.Globalization;

namespace WorkloadIdentity.Testing;

/// <summary>The query options of a call, read and checked.</summary>
internal sealed class GraphQuery
{
    public const int DefaultPage = 100;

    public const int MaxPage = 999;

    private static readonly FrozenSet<string> Known =
    [
        "$select", "$expand", "$filter", "$orderby", "$search", "$top", "$count", "$skiptoken", "$deltatoken", "$format",
    ];

    private GraphQuery()
    {
    }

    /// <summary>The selected properties; null for the default ones.</summary>
    public FrozenSet<string>? Select { get; private init; }

    public GraphExpand? Expand { get; private init; }

    /// <summary>How many rows a page has at the most.</summary>
    public int Page { get; private init; } = DefaultPage;

    public string? Filter { get; private init; }

    /// <summary>The property to sort by; null for none.</summary>
    public string? OrderBy { get; private init; }

    public bool IsDescending { get; private init; }

    /// <summary>Words that the display name must contain; null for none.</summary>
    public string? Search { get; private init; }

    public bool Count { get; private init; }

    /// <summary>Everything that decides about the rows: a token for the next page is bound to it.</summary>
    public string Fingerprint { get; private init; } = "";

    public bool Selects(string property) => Select is not null && Select.Contains(property);

    public static GraphQuery Read(GraphCall call)
    {
        foreach (var name in call.Parameters.Keys.Where(name => name.StartsWith('$') && !Known.Contains(name)))
        {
            throw GraphErrorException.BadRequest($"The query parameter '{name}' is not supported.");
        }

        var order = call.Parameter("$orderby")?.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return new()
        {
            Select = call.Parameter("$select") is { } select ? GraphExpand.Names(select) : null,
            Expand = GraphExpand.Read(call.Parameter("$expand")),
            Page = ReadTop(call),
            Filter = call.Parameter("$filter"),
            OrderBy = order?[0],
            IsDescending = order is [_, var direction] && direction.Equals("desc", StringComparison.OrdinalIgnoreCase),
            Search = ReadSearch(call),
            Count = "true".Equals(call.Parameter("$count"), StringComparison.OrdinalIgnoreCase),
            Fingerprint = string.Join('&', call.Parameters
                .Where(parameter => !parameter.Key.Equals("$skiptoken", StringComparison.OrdinalIgnoreCase))
                .OrderBy(parameter => parameter.Key, StringComparer.Ordinal)
                .Select(parameter => $"{parameter.Key}={parameter.Value.ReplaceLineEndings(" ")}")),
        };
    }

    /// <summary>Whether a call asks for key credentials by name, which has a limit of its own.</summary>
    public static bool SelectsKeys(GraphCall call) =>
        call.Parameter("$select") is { } select && GraphExpand.Names(select).Contains("keyCredentials");

    /// <summary>What a call costs in resource units (learn.microsoft.com, "Microsoft Graph service-specific limits").</summary>
    public static int UnitsOf(GraphCall call, int cost)
    {
        var isSmall = int.TryParse(call.Parameter("$top"), CultureInfo.InvariantCulture, out var top) && top < 20;
        return Math.Max(
            1,
            cost - (call.Parameter("$select") is null ? 0 : 1) + (call.Parameter("$expand") is null ? 0 : 1) - (isSmall ? 1 : 0));
    }

    private static int ReadTop(GraphCall call) => call.Parameter("$top") is not { } text ? DefaultPage
        : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var top) && top is >= 1 and <= MaxPage ? top
        : throw GraphErrorException.Unsupported($"Invalid page size specified: '{text}'. Must be between 1 and {MaxPage} inclusive.");

    private static string? ReadSearch(GraphCall call)
    {
        if (call.Parameter("$search") is not { } search)
        {
            return null;
        }

        return !call.IsEventual
            ? throw GraphErrorException.Unsupported(
                "Request with $search query parameter only works through MSGraph with a special request header: "
                + "'ConsistencyLevel: eventual'")
            : search.Trim('"') is var text && text.StartsWith("displayName:", StringComparison.OrdinalIgnoreCase)
                ? text["displayName:".Length..]
                : throw GraphErrorException.Unsupported("Only \"displayName:words\" can be searched for.");
    }
}
