using System.Text.Json.Nodes;

namespace WorkloadIdentity.Tests;

/// <summary>
/// What the schema for editors says of each setting: its form and its description. Which kinds there are, and which settings each has, is
/// read from the code.
/// </summary>
internal static class SettingForms
{
    private const string Guid = "[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}";

    private static readonly Dictionary<string, (Func<JsonObject> Form, string Description)> All = new()
    {
        ["AuthorityHost"] = (
            Address,
            "The cloud, such as https://login.microsoftonline.us. Without it: AZURE_AUTHORITY_HOST, or the public cloud."),
        ["AdditionallyAllowedTenants"] = (
            () => TextOrList(Pattern($@"^(\*|{Tenant})$")),
            "Tenants that requests may name besides the application's own; * allows every tenant."),
        ["AllowNodeIdentity"] = (Flag, "Whether a workload with a federated token may take the identity of the machine."),
        ["UseIdentityBinding"] = (
            Flag,
            "AKS identity binding (preview): federated tokens go to the cluster's token proxy instead of Entra."),
        ["Capacity"] = (Number, "How many tokens of the application itself are held. The default is 10000."),
        ["OnBehalfOfCapacity"] = (Number, "How many tokens acquired on behalf of users are held. The default is 10000."),
        ["MaxConcurrentAcquisitions"] = (
            Number,
            "How many acquisitions of the application run at once, and how many on behalf of users. The default is 64."),
        ["MaxQueuedAcquisitions"] = (
            Number,
            "How many acquisitions of the application may wait for a turn, and how many on behalf of users. The default is "
                + "20000."),
        ["AcquisitionTimeLimit"] = (Duration, "How long one acquisition may take, as hours:minutes:seconds. The default is 00:02:00."),
        ["Allow"] = (
            () => TextOrList(Pattern("^[a-z0-9]+(-[a-z0-9]+)*$")),
            "The kinds of credential that the chain may use, such as federated; all when empty."),
        ["Sources"] = (
            () => TextOrList(Enum("GitHubActions", "AzurePipelines", "Buildkite", "CircleCI", "TerraformCloud", "GoogleMetadata")),
            "Build systems and clouds that the chain looks for as well."),
        ["ManagedIdentity.ClientId"] = (Id, "The client id of a user-assigned identity."),
        ["ObjectId"] = (Id, "The object (principal) id of a user-assigned identity."),
        ["ResourceId"] = (ResourceId, "The resource id of a user-assigned identity."),
        ["SystemAssigned"] = (Flag, "The system-assigned identity."),
        ["TenantId"] = (() => Pattern($"^{Tenant}$"), "The directory (tenant) id, or a verified domain. Not together with MultiTenant."),
        ["ClientId"] = (Id, "The application (client) id."),
        ["MultiTenant"] = (Flag, "The application acts in many tenants: each request names its own."),
        ["ClientSecret"] = (Text, "The secret's value, read at each use. Keep it out of files that are checked in."),
        ["ClientSecretFile"] = (Text, "A file that holds the secret, read at each use."),
        ["CertificateFile"] = (Text, "A PFX or PEM file, read at each use: with the private key, or with CertificateKeyFile beside it."),
        ["CertificatePassword"] = (Text, "What the key is encrypted with. Keep it out of files that are checked in."),
        ["CertificateKeyFile"] = (Text, "A PEM file with the private key, where the certificate's file has none."),
        ["CertificateSubject"] = (
            Text,
            "The subject of a certificate in CertificateStore, such as CN=orders-api. Of several, the valid one that "
                + "expires last."),
        ["CertificateThumbprint"] = (
            () => Pattern("^([0-9a-fA-F]{40}|[0-9a-fA-F]{64})$"),
            "The SHA-1 or SHA-256 thumbprint of a certificate in CertificateStore."),
        ["CertificateStore"] = (
            () => Pattern("^(CurrentUser|LocalMachine)/.+$"),
            "A location and a name, such as LocalMachine/My. Without it: CurrentUser/My."),
        ["Certificate"] = (
            Text,
            "The certificate with its key as text: PEM, or a PFX in base64. Keep it out of files that are checked in."),
        ["SendCertificateChain"] = (
            Flag,
            "Sends the certificate with each assertion, for applications that trust a subject name and issuer."),
        ["BindTokens"] = (Flag, "Binds tokens to the certificate, so that a stolen one is worthless. A preview of Entra."),
        ["TokenFile"] = (Text, "The file, read at each use. Without it: the file that AZURE_FEDERATED_TOKEN_FILE names."),
        ["Optional"] = (Flag, "Leaves this member of the chain out where the file that it names does not exist."),
        ["Audience"] = (Text, "The audience of the assertion. Without it: the cloud's, such as api://AzureADTokenExchange."),
        ["PropagationTolerance"] = (
            Duration,
            "How long to go on asking while a federated credential made just now propagates, as hours:minutes:seconds; at "
                + "most 15 minutes."),
        ["TokenVariable"] = (() => Pattern("^[^=]+$"), "The name of the variable, read at each use."),
        ["ServiceConnectionId"] = (Id, "The id of the service connection. Without it: AZURESUBSCRIPTION_SERVICE_CONNECTION_ID."),
        ["SubjectClaim"] = (Text, "The claim that is the subject of Buildkite's token, such as cluster_id. Without it: pipeline_id."),
        ["Tag"] = (
            () => Pattern("^[A-Za-z0-9_]+$"),
            "What follows TFC_WORKLOAD_IDENTITY_AUDIENCE_ in the name of the workspace's variable. Without it: the token without a tag."),
        ["SpiffeId"] = (
            () => Pattern("^spiffe://[a-z0-9._-]+(/[A-Za-z0-9._-]+)*$"),
            "The identity to ask for, such as spiffe://example.org/orders. Without it: the first one of this process."),
        ["Hint"] = (Text, "The hint of the identity, for a process that has several."),
        ["IdentityClientId"] = (Id, "The client id of the user-assigned managed identity."),
        ["IdentityObjectId"] = (Id, "The object (principal) id of the user-assigned managed identity."),
        ["IdentityResourceId"] = (ResourceId, "The resource id of the user-assigned managed identity."),
        ["Credential"] = (() => Reference("credential"), "The credential whose token vouches for the application."),
        ["FmiPath"] = (Text, "The path that the token is asked for."),
        ["Blueprint"] = (() => Reference("credential"), "The credential of the blueprint that vouches for the agent identity."),
        ["AgentUser"] = (
            () => Pattern($"^({Guid}|[^@\\s]+@[^@\\s]+)$"),
            "The object id or user principal name of the agent identity's user account: every token is for that user."),
        ["Url"] = (Address, "Where the assertion is fetched: https, or http on this machine. Code must allow it (AllowAssertionUrl)."),
        ["Headers"] = (Names, "Headers of the request, each with its value."),
        ["HeadersFromVariables"] = (Names, "Headers of the request, each with the variable that holds its value."),
        ["AudienceParameter"] = (Text, "The query parameter that carries the audience."),
        ["JsonField"] = (Text, "The member of the answer that is the assertion; the whole answer otherwise."),
        ["TimeLimit"] = (Duration, "How long an answer may take, as hours:minutes:seconds."),
        ["Command"] = (Text, "The absolute path of the program that prints the assertion. Code must allow it (AllowAssertionCommand)."),
        ["Arguments"] = (() => TextOrList(Text()), "The arguments, each as it is."),
        ["Credentials"] = (
            () => new() { ["type"] = "array", ["minItems"] = 1, ["items"] = Reference("member") },
            "The credentials, tried in order: the first that is present is used from then on."),
        ["Vault"] = (() => Pattern("^https://[^/]+/?$"), "The vault, such as https://orders.vault.azure.net."),
        ["VaultIdentity"] = (Text, "The name of the registered identity that reaches the vault. Without it: the default identity."),
        ["CertificateName"] = (Text, "The name of the certificate in the vault."),
        ["SignInVault"] = (Flag, "Leaves the key in the vault, which signs."),
        ["SecretName"] = (Text, "The name of the secret in the vault."),
    };

    // A domain has a dot; the names of tenants that stand for many are none.
    private static string Tenant => $@"({Guid}|[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?(\.[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?)+)";

    /// <summary>The schema of a setting.</summary>
    public static JsonObject Of(string kind, string setting)
    {
        var (form, description) = All.TryGetValue($"{kind}.{setting}", out var own) ? own : All[setting];
        var schema = form();

        // Draft 7 ignores what stands beside a reference.
        return schema.ContainsKey("$ref")
            ? new JsonObject { ["description"] = description, ["allOf"] = new JsonArray(schema) }
            : new JsonObject(
                [new("description", description), .. schema.Select(part => KeyValuePair.Create(part.Key, part.Value?.DeepClone()))]);
    }

    public static JsonObject Reference(string definition) => new() { ["$ref"] = $"#/definitions/workloadIdentity.{definition}" };

    private static JsonObject Text() => new() { ["type"] = "string", ["minLength"] = 1 };

    private static JsonObject Id() => Pattern($"^{Guid}$");

    private static JsonObject Address() => Pattern("^https?://[^/]");

    private static JsonObject ResourceId() => Pattern("^/subscriptions/[^/]+/.+/userAssignedIdentities/[^/]+$");

    private static JsonObject Duration() => Pattern(@"^([0-9]+\.)?([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](\.[0-9]{1,7})?$");

    private static JsonObject Flag() => AnyOf(new JsonObject { ["type"] = "boolean" }, Pattern("^([Tt]rue|[Ff]alse)$"));

    private static JsonObject Number() => AnyOf(new JsonObject { ["type"] = "integer", ["minimum"] = 1 }, Pattern("^0*[1-9][0-9]*$"));

    private static JsonObject Names() => new() { ["type"] = "object", ["additionalProperties"] = Text() };

    private static JsonObject Pattern(string pattern) => new() { ["type"] = "string", ["pattern"] = pattern };

    private static JsonObject Enum(params string[] values) =>
        new() { ["type"] = "string", ["enum"] = new JsonArray([.. values.Select(value => (JsonNode)value)]) };

    private static JsonObject TextOrList(JsonObject item) =>
        AnyOf(item, new JsonObject { ["type"] = "array", ["items"] = item.DeepClone() });

    private static JsonObject AnyOf(params JsonObject[] forms) => new() { ["anyOf"] = new JsonArray([.. forms]) };
}
