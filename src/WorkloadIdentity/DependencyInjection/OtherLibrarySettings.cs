using WorkloadIdentity;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>
/// Recognises settings of Microsoft.Identity.Web (<c>AzureAd</c>) and of Azure's clients (<c>CredentialSource</c>, <c>credential</c>) and
/// says how they read here. They are never taken as they are: what they leave out, each library fills in its own way, and a program would
/// run as somebody else. Values of a closed list are recognised; none is printed.
/// </summary>
internal static class OtherLibrarySettings
{
    private const string Kind = "Kind";
    private const string SourceType = "SourceType";
    private const string IdentityWeb = "Microsoft.Identity.Web";
    private const string Azure = "Azure's clients";

    private const string SignIn =
        "nothing: people sign in there. At a desk the login of az or azd serves, .AddDeveloperCredentials(builder.Environment)";
    private const string Users = "nothing: it belongs to the sign-in of users";
    private const string Incoming = "nothing: it belongs to the validation of tokens that come in, which stays with Microsoft.Identity.Web";
    private const string Cache = "nothing: the cache of tokens has one form (docs/caching.md)";
    private const string Bearer = "nothing: managed identities get bearer tokens here (docs/differences.md)";
    private const string Client = "nothing here: it belongs to a client, services.AddHttpClient(name).AddAccessToken(scope)";

    // Microsoft.Identity.Web takes the first that it can load. A chain goes on only past what does not exist.
    private const string Several =
        "\"Kind\": \"Chain\", with a member in Credentials for each, in the same order. A FederatedTokenFile without TokenFile is absent "
            + "where AZURE_FEDERATED_TOKEN_FILE does not exist, and a member with \"Optional\": true is absent where its file does not "
            + "exist";

    // Sections that programs hold under these names, found below the one that was handed over.
    private static readonly IReadOnlyList<(string Name, string Of)> Sections =
        [("AzureAd", IdentityWeb), ("AzureAdB2C", IdentityWeb), ("EntraId", IdentityWeb)];

    // What each says, for lists of ClientCredentials: https://learn.microsoft.com/entra/msidweb/authentication/credentials-overview
    private static readonly IReadOnlyList<(string Value, string Here)> SourceTypes =
    [
        ("ClientSecret", "\"Kind\": \"ClientSecret\", with ClientSecret as it is"),
        ("Path", "\"Kind\": \"ClientCertificate\", with CertificateDiskPath as CertificateFile, and CertificatePassword as it is"),
        ("Base64Encoded", "\"Kind\": \"ClientCertificate\", with Base64EncodedValue as Certificate"),
        ("StoreWithThumbprint",
            "\"Kind\": \"ClientCertificate\", with CertificateThumbprint as it is, and CertificateStorePath as CertificateStore"),
        ("StoreWithDistinguishedName",
            "\"Kind\": \"ClientCertificate\", with CertificateDistinguishedName as CertificateSubject, and CertificateStorePath as "
                + "CertificateStore"),
        (
            "StoreWithSubjectName",
            "\"Kind\": \"ClientCertificate\", with CertificateSubjectName as CertificateSubject (CN=name), and CertificateStorePath as "
                + "CertificateStore"),
        ("KeyVault",
            "\"Kind\": \"KeyVaultCertificate\" (package WorkloadIdentity.KeyVault, services.AddKeyVaultKinds()), with KeyVaultUrl as "
                + "Vault, and KeyVaultCertificateName as CertificateName"),
        ("SignedAssertionFromManagedIdentity", "\"Kind\": \"ManagedIdentityFederation\", with ManagedIdentityClientId as IdentityClientId"),
        ("SignedAssertionFilePath",
            "\"Kind\": \"FederatedTokenFile\", with SignedAssertionFileDiskPath as TokenFile; without TokenFile, the file that "
                + "AZURE_FEDERATED_TOKEN_FILE names"),
        ("SignedAssertionFromVault", "a source of assertions in code: .UseFederation(tenantId, clientId, source)"),
        ("Certificate", "a certificate in code: .UseCertificate(tenantId, clientId, certificate)"),
        ("ManagedCertificate", "\"Kind\": \"ClientCertificate\", with CertificateFile, or CertificateStore and CertificateSubject"),
        ("AutoDecryptKeys", "nothing: it decrypts the tokens of others, which stays with Microsoft.Identity.Web"),
        ("CustomSignedAssertion", "a source of assertions in code: .UseFederation(tenantId, clientId, source)"),
    ];

    // https://learn.microsoft.com/dotnet/azure/sdk/authentication/create-token-credentials-from-configuration, and the longer names of
    // newer versions.
    private static readonly IReadOnlyList<(string Value, string Here)> CredentialSources =
    [
        ("ManagedIdentity", "\"Kind\": \"ManagedIdentity\", with ClientId, ResourceId or ObjectId of a user-assigned one"),
        ("WorkloadIdentity",
            "\"Kind\": \"FederatedTokenFile\", with TokenFilePath as TokenFile, or \"Kind\": \"DefaultChain\" with \"Allow\": "
                + "\"federated\""),
        ("ManagedIdentityAsFederatedIdentity",
            "\"Kind\": \"ManagedIdentityFederation\", with the managed identity's id as IdentityClientId, IdentityObjectId or "
                + "IdentityResourceId"),
        ("AzurePipelines", "\"Kind\": \"AzurePipelines\", with ServiceConnectionId"),
        ("Environment", "\"Kind\": \"DefaultChain\" with \"Allow\": [\"secret\", \"certificate\"]"),
        ("AzureCli",
            "\"Kind\": \"DefaultChain\" and, in code, .AddDeveloperCredentials(builder.Environment) of the package "
                + "WorkloadIdentity.Developer"),
        ("AzureDeveloperCli",
            "\"Kind\": \"DefaultChain\" and, in code, .AddDeveloperCredentials(builder.Environment) of the package "
                + "WorkloadIdentity.Developer"),
        ("ChainedToken", "\"Kind\": \"Chain\", with Sources as Credentials"),
        ("ApiKey", "nothing: a key is not a token; leave it to the client it is for"),
        ("VisualStudio", SignIn),
        ("VisualStudioCode", SignIn),
        ("AzurePowerShell", SignIn),
        ("InteractiveBrowser", SignIn),
        ("Broker", SignIn),
    ];

    // Settings of one text whose place is enough to know them.
    private static readonly IReadOnlyList<(string Name, string Of, string Here)> Names =
    [
        ("Instance", IdentityWeb, "AuthorityHost, and only for another cloud than the public one"),
        ("Domain", IdentityWeb, Users),
        ("CallbackPath", IdentityWeb, Users),
        ("SignedOutCallbackPath", IdentityWeb, Users),
        ("SendX5C", IdentityWeb, "SendCertificateChain"),
        ("AzureRegion", IdentityWeb, "nothing: tokens come from the cloud's one host"),
        ("ClientCapabilities", IdentityWeb,
            "nothing: clients declare continuous access themselves (AccessTokenHandlerOptions.ContinuousAccess)"),
        ("UserAssignedManagedIdentityClientId", IdentityWeb, "\"Kind\": \"ManagedIdentity\", with ClientId"),
        ("Authority", IdentityWeb, "TenantId, and AuthorityHost for another cloud than the public one"),
        ("AppHomeTenantId", IdentityWeb, "TenantId"),
        ("UseBoundCredential", IdentityWeb, "BindTokens"),
        ("ProtocolScheme", IdentityWeb, Client),
        ("TokenExchangeUrl", IdentityWeb, "Audience, and only for another cloud than the public one"),
        ("TokenExchangeAuthority", IdentityWeb, "nothing: the managed identity is asked, whatever its authority"),
        ("ClientCredentialsUsingManagedIdentity", IdentityWeb, "\"Kind\": \"ManagedIdentityFederation\", with IdentityClientId"),
        ("CustomSignedAssertionProviderName", IdentityWeb, "a source of assertions in code: .UseFederation(tenantId, clientId, source)"),
        ("CustomSignedAssertionProviderData", IdentityWeb, "a source of assertions in code: .UseFederation(tenantId, clientId, source)"),
        ("ExtraQueryParameters", IdentityWeb, "nothing: nothing foreign enters a token request"),
        ("EnablePiiLogging", IdentityWeb, "nothing: no personal data is ever logged"),
        ("TokenDecryptionCredentials", IdentityWeb, Incoming),
        ("TokenDecryptionCertificates", IdentityWeb, Incoming),
        ("DecryptKeysAuthenticationOptions", IdentityWeb, Incoming),
        ("Audiences", IdentityWeb, Incoming),
        ("AllowWebApiToBeAuthorizedByACL", IdentityWeb, Incoming),
        ("WithSpaAuthCode", IdentityWeb, Users),
        ("EditProfilePolicyId", IdentityWeb, Users),
        ("SignUpSignInPolicyId", IdentityWeb, Users),
        ("ResetPasswordPolicyId", IdentityWeb, Users),
        ("DefaultUserFlow", IdentityWeb, Users),
        ("ResetPasswordPath", IdentityWeb, Users),
        ("ErrorPath", IdentityWeb, Users),
        ("UseFastUnboundedCache", IdentityWeb, Cache),
        ("PartitionAppTokenCacheByAudience", IdentityWeb, Cache),
        ("LegacyCacheCompatibilityEnabled", IdentityWeb, Cache),
        ("BaseUrl", IdentityWeb, Client),
        ("RelativePath", IdentityWeb, Client),
        ("Scopes", IdentityWeb, Client),
        ("RequestAppToken", IdentityWeb, Client),
        ("AcquireTokenOptions", IdentityWeb, Client),
        ("AzureCloud", Azure, "AuthorityHost, and only for another cloud than the public one"),
        ("ClientCertificate", Azure, "\"Kind\": \"ClientCertificate\", with CertificateThumbprint"),
        ("TokenFilePath", Azure, "\"Kind\": \"FederatedTokenFile\", with TokenFile"),
        ("ManagedIdentityClientId", Azure,
            "\"Kind\": \"ManagedIdentity\", with ClientId; where it vouches for an application, \"Kind\": \"ManagedIdentityFederation\", "
                + "with IdentityClientId"),
        ("ManagedIdentityResourceId", Azure, "\"Kind\": \"ManagedIdentity\", with ResourceId"),
        ("ManagedIdentityObjectId", Azure, "\"Kind\": \"ManagedIdentity\", with ObjectId"),
        ("ManagedIdentityId", Azure, "\"Kind\": \"ManagedIdentity\", with ClientId, ResourceId or ObjectId, as ManagedIdentityIdKind says"),
        ("ManagedIdentityIdKind", Azure, "the name of the setting that ManagedIdentityId becomes"),
        ("ClientCertificateStoreName", Azure, "CertificateStore, which holds location and name: CurrentUser/My"),
        ("ClientCertificateStoreLocation", Azure, "CertificateStore, which holds location and name: CurrentUser/My"),
        ("ClientCertificatePath", Azure, "\"Kind\": \"ClientCertificate\", with CertificateFile"),
        ("ClientCertificatePassword", Azure, "CertificatePassword"),
        ("SystemAccessToken", Azure, "nothing: \"Kind\": \"AzurePipelines\" reads the variable SYSTEM_ACCESSTOKEN"),
        ("EnableMtlsProofOfPossession", Azure, Bearer),
        ("IsAzureProxyEnabled", Azure, "UseIdentityBinding"),
        ("DisableInstanceDiscovery", Azure, "nothing: no instance discovery is made"),
        ("IsUnsafeSupportLoggingEnabled", Azure, "nothing: no personal data is ever logged"),
        ("Diagnostics", Azure, "nothing: the host's logging and OpenTelemetry serve (docs/telemetry.md)"),
        ("Key", Azure, "nothing: a key is not a token; leave it to the client it is for"),
        ("IsChainedCredential", Azure, "nothing: a member of \"Kind\": \"Chain\" is one by its place"),
        ("ProcessTimeout", Azure, "DeveloperCredentialOptions.TimeLimit in code"),
        ("Subscription", Azure, "nothing: the tenant is asked for, with TenantId"),
        ("TokenCachePersistenceOptions", Azure, Cache),
        ("AuthenticationRecord", Azure, SignIn),
        ("BrowserCustomization", Azure, SignIn),
        ("DisableAutomaticAuthentication", Azure, SignIn),
        ("LoginHint", Azure, SignIn),
        ("RedirectUri", Azure, SignIn),
        ("UseDefaultBrokerAccount", Azure, SignIn),
        ("IsLegacyMsaPassthroughEnabled", Azure, SignIn),
    ];

    // Settings of a member of ClientCredentials that its SourceType does not translate.
    private static readonly IReadOnlyList<string> BesideSourceType = ["UseBoundCredential", "TokenExchangeUrl", "TokenExchangeAuthority"];

    /// <summary>Notes every foreign setting of a section, with its translation.</summary>
    /// <param name="reader">Of the section.</param>
    /// <param name="own">The settings of its kind: a package's may bear any name.</param>
    /// <returns>Whether there was one: then the section is not read.</returns>
    public static bool Refuse(SectionReader reader, IReadOnlyCollection<string> own)
    {
        var before = reader.ProblemCount;
        foreach (var list in Foreign("ClientCredentials", "ClientCertificates"))
        {
            if (reader.Sections(list).Count > 1)
            {
                Tell(reader, list, IdentityWeb, Several);
            }

            foreach (var member in reader.Sections(list))
            {
                Tell(
                    member,
                    SourceType,
                    IdentityWeb,
                    Here(SourceTypes, member.Text(SourceType)) ?? "one of the kinds in docs/credentials.md");
                foreach (var name in BesideSourceType.Where(name => member.Text(name) is not null || member.Sections(name).Count > 0))
                {
                    Tell(member, name, IdentityWeb, Names.First(known => known.Name == name).Here);
                }
            }
        }

        // A section of that name is ours (FederatedCredential); a text is Azure's.
        foreach (var name in Foreign("CredentialSource", "Credential"))
        {
            if (reader.Text(name) is { } value)
            {
                Tell(
                    reader,
                    name,
                    Azure,
                    Here(CredentialSources, value) ?? Here(CredentialSources, WithoutSuffix(value))
                        ?? "one of the kinds in docs/credentials.md");
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
                reader.Problem(
                    name, $"is a section of {of}, which still reads it. Pass a section of your own, with a {Kind}. Help: {Page(of)}");
            }
        }

        return reader.ProblemCount > before;

        IEnumerable<string> Foreign(params string[] names) => names.Where(name => !own.Contains(name, StringComparer.OrdinalIgnoreCase));
    }

    private static void Tell(SectionReader reader, string name, string of, string here) =>
        reader.Problem(name, $"is a setting of {of}, which is not read here. Write instead: {here}. Help: {Page(of)}");

    private static string Page(string of)
    {
        var page = of == IdentityWeb ? "from-microsoft-identity-web" : "from-azure-identity";
        return HelpPage.Reference(page, HelpPage.Address($"migrate/{page}.md", anchor: null));
    }

    private static string? Here(IReadOnlyList<(string Value, string Here)> values, string? value) =>
        values.FirstOrDefault(known => known.Value.Equals(value, StringComparison.OrdinalIgnoreCase)).Here;

    private static string WithoutSuffix(string value) =>
        value.EndsWith("Credential", StringComparison.OrdinalIgnoreCase) ? value[..^"Credential".Length] : value;
}
