using System.Text.Json.Nodes;

namespace WorkloadIdentity.Governance;

/// <content>Custom security attributes.</content>
public sealed partial class GovernanceSetup
{
    private const string Attributes = "customSecurityAttributes";

    private static readonly Collection Principals = new("v1.0/servicePrincipals", "service principal");

    /// <summary>
    /// Values of custom security attributes of a service principal. It needs <c>CustomSecAttributeAssignment.ReadWrite.All</c> and
    /// <c>Application.Read.All</c>. The attributes must be defined.
    /// </summary>
    /// <param name="principal">The service principal.</param>
    /// <param name="values">The values. Attributes that are not named stay as they are.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <exception cref="ArgumentException">There are no values, or an attribute is named twice.</exception>
    /// <exception cref="ChangeRefusedException">There is no such service principal.</exception>
    /// <exception cref="GraphException">Graph refused, or failed at each attempt.</exception>
    /// <exception cref="TokenAcquisitionException">There is no token for Graph.</exception>
    public async Task<ChangePlan> PlanAttributesAsync(
        ServicePrincipalId principal, IReadOnlyCollection<AttributeAssignment> values, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(values);
        if (values.Count == 0 || values.DistinctBy(value => (value.Set, value.Name)).Count() != values.Count)
        {
            throw new ArgumentException("There must be at least one value, and each attribute once.", nameof(values));
        }

        var actor = await graph.ActorAsync(cancellationToken).ConfigureAwait(false);
        var existing = await PrincipalAsync(principal, cancellationToken).ConfigureAwait(false);
        var open = values.Where(value => !DesiredJson.IsMet(value.Value, Of(existing, value), isExact: true)).ToList();
        return new ChangePlan(actor, Principals.Target(null, existing), open.Count == 0 ? [] : [Set(principal, existing, open)]);
    }

    private PlannedChange Set(ServicePrincipalId principal, JsonObject before, IReadOnlyList<AttributeAssignment> values) => new(
        $"Set {string.Join("; ", values.Select(value =>
            $"{value.FullName} from {DesiredJson.Text(Of(before, value))} to {DesiredJson.Text(value.Value)}"))}.",
        $"Set {string.Join("; ", values.Select(value => $"{value.FullName} back to {DesiredJson.Text(Of(before, value))}"))}.",
        async cancel =>
        {
            var now = await PrincipalAsync(principal, cancel).ConfigureAwait(false);
            if (!values.All(value => JsonNode.DeepEquals(Of(now, value), Of(before, value))))
            {
                throw Outdated(Principals, DesiredJson.String(before["displayName"]));
            }

            await graph.WriteAsync(
                new GraphWrite(HttpMethod.Patch, Principals.PathOf(principal.Value)) { Body = DesiredJson.Bytes(Body(before, values)) },
                cancel).ConfigureAwait(false);
            return null;
        });

    private async Task<JsonObject> PrincipalAsync(ServicePrincipalId principal, CancellationToken cancellationToken)
    {
        try
        {
            return await graph.ReadAsync(
                new GraphRead<JsonObject>(
                    $"{Principals.PathOf(principal.Value)}?$select=id,displayName,{Attributes}", json => json.JsonObjects)
                {
                    Single = json => json.JsonObject,
                },
                cancellationToken).ConfigureAwait(false);
        }
        catch (GraphException exception) when (exception.Error.Kind == GraphErrorKind.NotFound)
        {
            throw new ChangeRefusedException(
                $"The tenant has no service principal with the object id {PlainText.Of(principal.Value)}. Use the object id of the "
                    + "enterprise application; the client id and the object id of the registration are others.",
                exception);
        }
    }

    private static JsonNode? Of(JsonObject principal, AttributeAssignment value) => principal[Attributes]?[value.Set]?[value.Name];

    private static JsonObject Body(JsonObject before, IEnumerable<AttributeAssignment> values)
    {
        var sets = new JsonObject();
        foreach (var value in values)
        {
            if (sets[value.Set] is not JsonObject set)
            {
                // Spelled so for writing; answers have another spelling.
                sets[value.Set] = set = new JsonObject { ["@odata.type"] = "#Microsoft.DirectoryServices.CustomSecurityAttributeValue" };
            }

            // A single value is removed with null, and several with an empty list of their type.
            var several = value.Value is null ? Of(before, value) as JsonArray : null;
            var annotation = several is null ? value.Annotation
                : several.All(item => item?.GetValueKind() == System.Text.Json.JsonValueKind.Number) ? AttributeAssignment.Integers
                : AttributeAssignment.Strings;
            if (annotation is not null)
            {
                set[$"{value.Name}@odata.type"] = annotation;
            }

            set[value.Name] = several is null ? value.Value : new JsonArray();
        }

        return new JsonObject { [Attributes] = sets };
    }
}
