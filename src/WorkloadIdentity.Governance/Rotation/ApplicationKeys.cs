namespace WorkloadIdentity.Governance;

/// <summary>The credentials of an application as they were when they were read.</summary>
internal sealed class ApplicationKeys(AppRegistration application)
{
    public ApplicationObjectId Id => application.Id;

    public ClientId ClientId => application.AppId;

    public DateTimeOffset? CreatedOn => application.CreatedDateTime;

    /// <summary>The application in words.</summary>
    public string Name { get; } =
        $"application '{ServerText.Clean(application.DisplayName, 120)}' (client id {application.AppId}, object id {application.Id})";

    /// <summary>Secrets and certificates that prove the application. Keys that sign or encrypt are left out.</summary>
    public IReadOnlyList<ApplicationKey> All { get; } =
    [
        .. (application.PasswordCredentials ?? []).Where(each => each.KeyId is not null).Select(each =>
            new ApplicationKey(each.KeyId!, CredentialKind.Secret, each.DisplayName)
            {
                StartsOn = each.StartDateTime,
                ExpiresOn = each.EndDateTime,
            }),
        .. (application.KeyCredentials ?? []).Where(each => each.KeyId is not null && OpenText.Same(each.Usage ?? "Verify", "Verify"))
            .Select(each => new ApplicationKey(each.KeyId!, CredentialKind.Certificate, each.DisplayName)
            {
                StartsOn = each.StartDateTime,
                ExpiresOn = each.EndDateTime,
                Identifier = each.CustomKeyIdentifier,
            }),
    ];

    public static async Task<ApplicationKeys> ReadAsync(GraphClient graph, ClientId application, CancellationToken cancellationToken)
    {
        try
        {
            return new(await graph.ReadAsync(GraphReads.Application(application), cancellationToken).ConfigureAwait(false));
        }
        catch (GraphException exception) when (exception.Error.Kind == GraphErrorKind.NotFound)
        {
            throw new ChangeRefusedException(
                $"The tenant has no application with the client id {application}. Use the client id of the registration (not an object "
                    + "id), and the tenant in which it is registered.",
                exception);
        }
    }

    public ApplicationKey? Find(string? keyId) => All.FirstOrDefault(key => OpenText.Same(key.KeyId, keyId ?? ""));

    public ApplicationKey? Find(RotationName name) => All.FirstOrDefault(key => key.Rotation == name);

    /// <summary>The credentials in words.</summary>
    public string List(CredentialKind? kind = null) =>
        All.Where(key => kind is null || key.Kind == kind).Select(key => key.ToString()).ToList() is { Count: > 0 } some
            ? string.Join("; ", some)
            : "none";
}
