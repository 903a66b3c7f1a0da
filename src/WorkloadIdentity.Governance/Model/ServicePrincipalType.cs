using System.Text.Json.Serialization;

namespace WorkloadIdentity.Governance;

/// <summary>What a service principal stands for (<c>servicePrincipalType</c>).</summary>
/// <remarks>
/// An open list: Graph adds values, and this type keeps each as it was sent. Values are compared without regard to case. See
/// <see href="https://learn.microsoft.com/graph/api/resources/serviceprincipal">the page of Graph</see>.
/// </remarks>
/// <param name="Value">The value as Graph writes it.</param>
[JsonConverter(typeof(OpenTextConverter<ServicePrincipalType>))]
public readonly record struct ServicePrincipalType(string Value) : IOpenText<ServicePrincipalType>
{
    /// <summary>The value as Graph writes it; empty for the default value.</summary>
    public string Value { get => field ?? ""; init; } = Value;

    /// <summary>An application.</summary>
    public static ServicePrincipalType Application { get; } = new("Application");

    /// <summary>A managed identity of an Azure resource.</summary>
    public static ServicePrincipalType ManagedIdentity { get; } = new("ManagedIdentity");

    /// <summary>A service principal without an application, from before app registrations.</summary>
    public static ServicePrincipalType Legacy { get; } = new("Legacy");

    /// <summary>An agent identity.</summary>
    public static ServicePrincipalType AgentIdentity { get; } = new("ServiceIdentity");

    static ServicePrincipalType IOpenText<ServicePrincipalType>.Of(string value) => new(value);

    /// <summary>Whether two values are equal, without regard to case.</summary>
    public bool Equals(ServicePrincipalType other) => OpenText.Same(Value, other.Value);

    /// <inheritdoc/>
    public override int GetHashCode() => OpenText.Hash(Value);

    /// <summary>The value as Graph writes it.</summary>
    public override string ToString() => Value;
}
