namespace WorkloadIdentity.Governance;

/// <summary>How the values of open lists and the ids are compared: without regard to case.</summary>
internal static class OpenText
{
    public static bool Same(string? left, string? right) => string.Equals(left, right, StringComparison.OrdinalIgnoreCase);

    public static int Hash(string value) => StringComparer.OrdinalIgnoreCase.GetHashCode(value);
}
