using System.Text.Json.Serialization;

namespace WorkloadIdentity.Governance;

/// <summary>Who may sign in to an application (<c>signInAudience</c>).</summary>
/// <remarks>
/// An open list: Graph adds values, and this type keeps each as it was sent. Values are compared without regard to case. See
/// <see href="https://learn.microsoft.com/graph/api/resources/application">the page of Graph</see>.
/// </remarks>
/// <param name="Value">The value as Graph writes it.</param>
[JsonConverter(typeof(OpenTextConverter<SignInAudience>))]
public readonly record struct SignInAudience(string Value) : IOpenText<SignInAudience>
{
    /// <summary>The value as Graph writes it; empty for the default value.</summary>
    public string Value { get => field ?? ""; init; } = Value;

    /// <summary>One tenant.</summary>
    public static SignInAudience MyOrganization { get; } = new("AzureADMyOrg");

    /// <summary>Any tenant.</summary>
    public static SignInAudience MultipleOrganizations { get; } = new("AzureADMultipleOrgs");

    /// <summary>Any tenant, and personal accounts.</summary>
    public static SignInAudience OrganizationsAndPersonalAccounts { get; } = new("AzureADandPersonalMicrosoftAccount");

    /// <summary>Personal accounts only.</summary>
    public static SignInAudience PersonalAccounts { get; } = new("PersonalMicrosoftAccount");

    static SignInAudience IOpenText<SignInAudience>.Of(string value) => new(value);

    /// <summary>Whether two values are equal, without regard to case.</summary>
    public bool Equals(SignInAudience other) => OpenText.Same(Value, other.Value);

    /// <inheritdoc/>
    public override int GetHashCode() => OpenText.Hash(Value);

    /// <summary>The value as Graph writes it.</summary>
    public override string ToString() => Value;
}
