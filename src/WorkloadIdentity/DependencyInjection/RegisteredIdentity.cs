namespace Microsoft.Extensions.DependencyInjection;

/// <summary>An identity that was registered: its name, once per container.</summary>
internal sealed record RegisteredIdentity(string Name)
{
    public static string Describe(string name) => name.Length == 0 ? "The unnamed identity" : $"The identity '{name}'";

    public override string ToString() => Describe(Name);
}
