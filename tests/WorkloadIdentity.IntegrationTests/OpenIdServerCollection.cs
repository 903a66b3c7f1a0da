namespace WorkloadIdentity.IntegrationTests;

/// <summary>Tests that share one <see cref="OpenIdServer"/>.</summary>
[CollectionDefinition(Name)]
[System.Diagnostics.CodeAnalysis.SuppressMessage("Naming", "CA1711", Justification = "xunit calls it a collection.")]
public sealed class OpenIdServerCollection : ICollectionFixture<OpenIdServer>
{
    public const string Name = "oidc-provider";
}
