using WorkloadIdentity;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>An identity that was registered: its name, once per container.</summary>
internal sealed record RegisteredIdentity(string Name)
{
    public static string Describe(string name) => IdentityName.Describe(name);

    /// <summary>The key of its services: null for the default identity, whose name is empty.</summary>
    public static object? ServiceKey(string name) => name.Length == 0 ? null : name;

    public override string ToString() => Describe(Name);
}
