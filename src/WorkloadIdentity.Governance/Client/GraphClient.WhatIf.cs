using System.Buffers;
using System.Text.Json;

namespace WorkloadIdentity.Governance;

public sealed partial class GraphClient
{
    /// <summary>
    /// Asks which Conditional Access policies would apply to a sign-in (<c>Policy.Read.ConditionalAccess</c>). Nothing signs in, and
    /// nothing changes. See <see href="https://learn.microsoft.com/graph/api/conditionalaccessroot-evaluate">evaluate</see>.
    /// </summary>
    /// <param name="question">The sign-in.</param>
    /// <param name="cancellationToken">Ends the request.</param>
    /// <returns>The policies, with the reason why one does not apply.</returns>
    /// <exception cref="GraphException">Graph refused, or failed at each attempt.</exception>
    /// <exception cref="TokenAcquisitionException">There is no token for Graph.</exception>
    public async Task<IReadOnlyList<WhatIfResult>> EvaluateConditionalAccessAsync(
        WhatIfQuestion question, CancellationToken cancellationToken = default)
    {
        const string Path = "v1.0/identity/conditionalAccess/evaluate";
        ArgumentNullException.ThrowIfNull(question);
        var json = Json();
        var call = new GraphCall(HttpMethod.Post, _transport.Links.Address(Path))
        {
            Group = LimitGroup.Protection,
            Body = Body(question),
        };
        var first = await _transport.SendAsync(call, json.WhatIfResults, cancellationToken).ConfigureAwait(false);
        var list = new GraphRead<WhatIfResult>(Path, parser => parser.WhatIfResults) { Group = LimitGroup.Protection };
        var results = new List<WhatIfResult>();
        await foreach (var rows in RowsAsync(first, list, json, cancellationToken).ConfigureAwait(false))
        {
            results.AddRange(rows);
        }

        return results;
    }

    private static byte[] Body(WhatIfQuestion question)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            writer.WriteStartObject("signInIdentity");
            writer.WriteString("@odata.type", "#microsoft.graph.servicePrincipalSignIn");
            writer.WriteString("servicePrincipalId", question.ServicePrincipal.Value);
            writer.WriteEndObject();
            writer.WriteStartObject("signInContext");
            writer.WriteString("@odata.type", "#microsoft.graph.applicationContext");
            writer.WriteStartArray("includeApplications");
            foreach (var application in question.Applications)
            {
                writer.WriteStringValue(application.Value);
            }

            writer.WriteEndArray();
            writer.WriteEndObject();
            writer.WriteStartObject("signInConditions");
            Write(writer, "ipAddress", question.IpAddress);
            Write(writer, "country", question.Country);
            Write(writer, "servicePrincipalRiskLevel", question.Risk?.Value);
            writer.WriteEndObject();
            writer.WriteBoolean("appliedPoliciesOnly", question.AppliedPoliciesOnly);
            writer.WriteEndObject();
        }

        return buffer.WrittenSpan.ToArray();

        static void Write(Utf8JsonWriter writer, string name, string? value)
        {
            if (value is not null)
            {
                writer.WriteString(name, value);
            }
        }
    }
}
