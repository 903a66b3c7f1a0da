namespace WorkloadIdentity.Governance;

/// <summary>The credentials of an application, or of a service principal, as they were when they were read.</summary>
internal sealed class ApplicationKeys
{
    private ApplicationKeys(
        string set, string kind, string id, ClientId client, string? displayName, IReadOnlyList<PasswordCredential>? passwords,
        IReadOnlyList<KeyCredential>? keys)
    {
        (ObjectId, ClientId) = (id, client);
        IsApplication = set == "applications";
        Path = $"v1.0/{set}/{Uri.EscapeDataString(id)}";
        Name = $"{kind} '{ServerText.Clean(displayName, 120)}' (client id {client}, object id {id})";
        All = [.. Of(passwords), .. Of(keys)];
    }

    public ApplicationKeys(AppRegistration application)
        : this(
            "applications", "application", application.Id.Value, application.AppId, application.DisplayName,
            application.PasswordCredentials, application.KeyCredentials)
    {
        CreatedOn = application.CreatedDateTime;
    }

    public ApplicationKeys(ServicePrincipal principal)
        : this(
            "servicePrincipals", "service principal", principal.Id.Value, principal.AppId, principal.DisplayName,
            principal.PasswordCredentials, principal.KeyCredentials)
    {
    }

    public string ObjectId { get; }

    public ClientId ClientId { get; }

    /// <summary>Whether it is the application, and not the service principal.</summary>
    public bool IsApplication { get; }

    /// <summary>The address of the object.</summary>
    public string Path { get; }

    /// <summary>The object in words.</summary>
    public string Name { get; }

    public DateTimeOffset? CreatedOn { get; }

    /// <summary>Secrets and certificates that prove the application. Keys that sign or encrypt are left out.</summary>
    public IReadOnlyList<ApplicationKey> All { get; }

    public static async Task<ApplicationKeys> ReadAsync(GraphClient graph, ClientId application, CancellationToken cancellationToken) =>
        new(await ChangedApplication.ReadAsync(graph, GraphReads.Application, application, cancellationToken).ConfigureAwait(false));

    public ApplicationKey? Find(string? keyId) => All.FirstOrDefault(key => OpenText.Same(key.KeyId, keyId));

    public ApplicationKey? Find(RotationName name) => All.FirstOrDefault(key => key.Rotation == name);

    /// <summary>The credentials in words.</summary>
    public string List(CredentialKind? kind = null) =>
        All.Where(key => kind is null || key.Kind == kind).Select(key => key.ToString()).ToList() is { Count: > 0 } some
            ? string.Join("; ", some)
            : "none";

    private static IEnumerable<ApplicationKey> Of(IReadOnlyList<PasswordCredential>? passwords) =>
        (passwords ?? []).Where(each => each.KeyId is not null).Select(each =>
            new ApplicationKey(each.KeyId!, CredentialKind.Secret, each.DisplayName)
            {
                StartsOn = each.StartDateTime,
                ExpiresOn = each.EndDateTime,
            });

    private static IEnumerable<ApplicationKey> Of(IReadOnlyList<KeyCredential>? keys) =>
        (keys ?? []).Where(each => each.KeyId is not null && OpenText.Same(each.Usage ?? "Verify", "Verify")).Select(each =>
            new ApplicationKey(each.KeyId!, CredentialKind.Certificate, each.DisplayName)
            {
                StartsOn = each.StartDateTime,
                ExpiresOn = each.EndDateTime,
                Identifier = each.CustomKeyIdentifier,
            });
}
