namespace WorkloadIdentity.Governance;

/// <summary>Why a section is missing or partial, and the next step.</summary>
internal static class SectionReason
{
    public static string Of(InventorySectionName section, GraphError error)
    {
        var access = SectionAccess.Of(section);
        return error.Kind switch
        {
            GraphErrorKind.PermissionMissing =>
                $"The identity lacks a permission. Grant it the application permission {access.Permission}"
                    + $"{(access.License is null ? "" : $" (the tenant also needs {access.License})")}. {error.Message}",
            GraphErrorKind.LicenseMissing =>
                $"The tenant lacks a licence. This section needs {access.License ?? "a premium licence"}. {error.Message}",
            GraphErrorKind.NotFound => $"Graph does not offer this section in this cloud or tenant. {error.Message}",
            _ => $"Graph failed while this section was read. Read the tenant again. {error.Message}",
        };
    }
}
