using WorkloadIdentity;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>An identity that was registered: its name, once per container.</summary>
internal sealed record RegisteredIdentity(string Name)
{
    public static string Describe(string name) => IdentityName.Describe(name);

    public override string ToString() => Describe(Name);
}
