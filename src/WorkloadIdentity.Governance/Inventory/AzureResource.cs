namespace WorkloadIdentity.Governance;

/// <summary>The Azure resource of a managed identity.</summary>
/// <param name="ResourceId">
/// The resource id: of the virtual machine or app for a system-assigned identity, of the identity itself for a user-assigned one.
/// </param>
/// <param name="IsUserAssigned">Whether the identity is user-assigned; null if Graph did not say so.</param>
public sealed record AzureResource(string ResourceId, bool? IsUserAssigned)
{
    /// <summary>Reads <c>alternativeNames</c> of a managed identity.</summary>
    internal static AzureResource? From(IReadOnlyList<string>? alternativeNames)
    {
        if (alternativeNames is null)
        {
            return null;
        }

        string? id = null;
        bool? isUserAssigned = null;
        foreach (var name in alternativeNames)
        {
            if (name.StartsWith("isExplicit=", StringComparison.OrdinalIgnoreCase))
            {
                isUserAssigned = bool.TryParse(name["isExplicit=".Length..], out var isExplicit) ? isExplicit : null;
            }
            else if (name.StartsWith('/'))
            {
                id = name;
            }
        }

        return id is null ? null : new AzureResource(id, isUserAssigned);
    }
}
