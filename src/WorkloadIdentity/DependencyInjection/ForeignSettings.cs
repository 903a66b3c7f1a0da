using WorkloadIdentity;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>
/// Recognises settings of Microsoft.Identity.Web (<c>AzureAd</c>) and of Azure's clients (<c>CredentialSource</c>, <c>credential</c>) and says how they read here. They are
/// never taken as they are: what they leave out, each library fills in its own way, and a program would run as somebody else. Values of a closed list are recognised;
/// none is printed.
/// </summary>
internal static class ForeignSettings
{
    private const string Kind = "Kind";
    private const string SourceType = "SourceType";
    private const string IdentityWeb = "Microsoft.Identity.Web";
    private const string Azure = "Azure's clients";

    // Sections that programs hold under these names, found below the one that was handed over.
    private static readonly (string Name, string Of)[] Sections = [("AzureAd", IdentityWeb), ("AzureAdB2C", IdentityWeb), ("EntraId", IdentityWeb)];

    // What each says, for lists of ClientCredentials: https://learn.microsoft.com/entra/msidweb/authentication/credentials-overview
    private static readonly (string Value, string Here)[] SourceTypes =
    [
        ("ClientSecret", "\"Kind\": \"ClientSecret\", with ClientSecret as it is"),
        ("Path", "\"Kind\": \"ClientCertificate\", with CertificateDiskPath as CertificateFile, and CertificatePassword as it is"),
        ("Base64Encoded", "\"Kind\": \"ClientCertificate\", with Base64EncodedValue as Certificate"),
        ("StoreWithThumbprint", "\"Kind\": \"ClientCertificate\", with CertificateThumbprint as it is, and CertificateStorePath as CertificateStore"),
        ("StoreWithDistinguishedName", "\"Kind\": \"ClientCertificate\", with CertificateDistinguishedName as CertificateSubject, and CertificateStorePath as CertificateStore"),
        ("KeyVault", "\"Kind\": \"KeyVaultCertificate\" (package WorkloadIdentity.KeyVault, services.AddKeyVaultKinds()), with KeyVaultUrl as Vault, and KeyVaultCertificateName as CertificateName"),
        ("SignedAssertionFromManagedIdentity", "\"Kind\": \"ManagedIdentityFederation\", with ManagedIdentityClientId as IdentityClientId"),
        ("SignedAssertionFilePath", "\"Kind\": \"FederatedTokenFile\", with SignedAssertionFileDiskPath as TokenFile; without one, AZURE_FEDERATED_TOKEN_FILE in a DefaultChain"),
        ("SignedAssertionFromVault", "a source of assertions in code: .UseFederation(tenantId, clientId, source)"),
        ("CustomSignedAssertion", "a source of assertions in code: .UseFederation(tenantId, clientId, source)"),
    ];

    // https://learn.microsoft.com/dotnet/azure/sdk/authentication/create-token-credentials-from-configuration, and the longer names of newer versions.
    private static readonly (string Value, string Here)[] CredentialSources =
    [
        ("ManagedIdentity", "\"Kind\": \"ManagedIdentity\", with ClientId, ResourceId or ObjectId of a user-assigned one"),
        ("WorkloadIdentity", "\"Kind\": \"FederatedTokenFile\", with TokenFilePath as TokenFile, or \"Kind\": \"DefaultChain\" with \"Allow\": \"federated\""),
        ("ManagedIdentityAsFederatedIdentity", "\"Kind\": \"ManagedIdentityFederation\", with the managed identity's id as IdentityClientId, IdentityObjectId or IdentityResourceId"),
        ("AzurePipelines", "\"Kind\": \"AzurePipelines\", with ServiceConnectionId"),
        ("Environment", "\"Kind\": \"DefaultChain\" with \"Allow\": [\"secret\", \"certificate\"]"),
        ("AzureCli", "\"Kind\": \"DefaultChain\" and, in code, .AddDeveloperCredentials(builder.Environment) of the package WorkloadIdentity.Developer"),
        ("AzureDeveloperCli", "\"Kind\": \"DefaultChain\" and, in code, .AddDeveloperCredentials(builder.Environment) of the package WorkloadIdentity.Developer"),
        ("ChainedToken", "\"Kind\": \"Chain\", with Sources as Credentials"),
        ("ApiKey", "nothing: a key is not a token; leave it to the client it is for"),
    ];

    // Settings of one text whose place is enough to know them.
    private static readonly (string Name, string Of, string Here)[] Names =
    [
        ("Instance", IdentityWeb, "AuthorityHost, and only for another cloud than the public one"),
        ("Domain", IdentityWeb, "nothing: it belongs to the sign-in of users"),
        ("CallbackPath", IdentityWeb, "nothing: it belongs to the sign-in of users"),
        ("SignedOutCallbackPath", IdentityWeb, "nothing: it belongs to the sign-in of users"),
        ("SendX5C", IdentityWeb, "SendCertificateChain"),
        ("AzureRegion", IdentityWeb, "nothing: tokens come from the cloud's one host"),
        ("ClientCapabilities", IdentityWeb, "nothing: clients declare continuous access themselves (AccessTokenHandlerOptions.ContinuousAccess)"),
        ("UserAssignedManagedIdentityClientId", IdentityWeb, "\"Kind\": \"ManagedIdentity\", with ClientId"),
        ("AzureCloud", Azure, "AuthorityHost, and only for another cloud than the public one"),
        ("ClientCertificate", Azure, "\"Kind\": \"ClientCertificate\", with CertificateThumbprint"),
        ("TokenFilePath", Azure, "\"Kind\": \"FederatedTokenFile\", with TokenFile"),
        ("ManagedIdentityClientId", Azure, "\"Kind\": \"ManagedIdentity\", with ClientId; where it vouches for an application, \"Kind\": \"ManagedIdentityFederation\", with IdentityClientId"),
        ("ManagedIdentityResourceId", Azure, "\"Kind\": \"ManagedIdentity\", with ResourceId"),
        ("ManagedIdentityObjectId", Azure, "\"Kind\": \"ManagedIdentity\", with ObjectId"),
        ("ManagedIdentityId", Azure, "\"Kind\": \"ManagedIdentity\", with ClientId, ResourceId or ObjectId, as ManagedIdentityIdKind says"),
        ("ManagedIdentityIdKind", Azure, "the name of the setting that ManagedIdentityId becomes"),
        ("ClientCertificateStoreName", Azure, "CertificateStore, which holds location and name: CurrentUser/My"),
        ("ClientCertificateStoreLocation", Azure, "CertificateStore, which holds location and name: CurrentUser/My"),
    ];

    /// <summary>Notes every foreign setting of a section, with its translation.</summary>
    /// <param name="reader">Of the section.</param>
    /// <param name="own">The settings of its kind: a package's may bear any name.</param>
    /// <returns>Whether there was one: then the section is not read.</returns>
    public static bool Refuse(SectionReader reader, IReadOnlyCollection<string> own)
    {
        var before = reader.ProblemCount;
        foreach (var list in Foreign("ClientCredentials", "ClientCertificates"))
        {
            foreach (var member in reader.Sections(list))
            {
                Tell(member, SourceType, IdentityWeb, Here(SourceTypes, member.Text(SourceType)) ?? "one of the kinds in docs/credentials.md");
            }
        }

        // A section of that name is ours (FederatedCredential); a text is Azure's.
        foreach (var name in Foreign("CredentialSource", "Credential"))
        {
            if (reader.Text(name) is { } value)
            {
                Tell(reader, name, Azure, Here(CredentialSources, value) ?? Here(CredentialSources, WithoutSuffix(value)) ?? "one of the kinds in docs/credentials.md");
            }
        }

        foreach (var (name, of, here) in Names.Where(known => Foreign(known.Name).Any()))
        {
            if (reader.Text(name) is not null || reader.Sections(name).Count > 0)
            {
                Tell(reader, name, of, here);
            }
        }

        foreach (var (name, of) in Sections)
        {
            if (reader.Text(Kind) is null && reader.Sections(name).Count > 0)
            {
                reader.Problem(name, $"is a section of {of}, which goes on reading it. Hand over a section of your own, with a {Kind}: {Page(of)}");
            }
        }

        return reader.ProblemCount > before;

        IEnumerable<string> Foreign(params string[] names) => names.Where(name => !own.Contains(name, StringComparer.OrdinalIgnoreCase));
    }

    private static void Tell(SectionReader reader, string name, string of, string here) =>
        reader.Problem(name, $"is a setting of {of}, which is not read here. Write instead: {here}. See {Page(of)}");

    private static string Page(string of) => $"{BuildFacts.HelpBaseAddress}migrate/{(of == IdentityWeb ? "from-microsoft-identity-web.md" : "from-azure-identity.md")}";

    private static string? Here((string Value, string Here)[] values, string? value) => Array.Find(values, known => known.Value.Equals(value, StringComparison.OrdinalIgnoreCase)).Here;

    private static string WithoutSuffix(string value) => value.EndsWith("Credential", StringComparison.OrdinalIgnoreCase) ? value[..^"Credential".Length] : value;
}
