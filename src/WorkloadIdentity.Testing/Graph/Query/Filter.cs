using System.Text.Json.Nodes;

namespace WorkloadIdentity.Testing;

/// <summary>Reads a field of a row by its path, such as <c>displayName</c> or <c>owners/$count</c>.</summary>
internal delegate JsonNode? FieldReader(string path);

/// <summary>Whether a row matches.</summary>
internal delegate bool FilterTest(FieldReader row);

/// <summary>A filter that was read: its test, and what it needs of the request.</summary>
internal sealed class Filter(FilterTest test, string? advanced, bool readsAttributes)
{
    /// <summary>The operator that is an advanced query, in Graph's words; null when there is none.</summary>
    public string? Advanced => advanced;

    /// <summary>Whether it reads custom security attributes.</summary>
    public bool ReadsAttributes => readsAttributes;

    public bool Matches(FieldReader row) => test(row);

    /// <summary>Refuses an advanced query whose request does not say that it is one.</summary>
    public void Check(GraphCall call, bool counts)
    {
        if (advanced is not null && !(call.IsEventual && counts))
        {
            // learn.microsoft.com, "Advanced query capabilities on Microsoft Entra ID objects".
            throw GraphErrorException.Unsupported(
                $"Operator '{advanced}' is not supported because the required parameters might be missing. Try adding $count=true query "
                + "parameter and ConsistencyLevel:eventual header. Refer to https://aka.ms/graph-docs/advanced-queries for more "
                + "information");
        }
    }
}
