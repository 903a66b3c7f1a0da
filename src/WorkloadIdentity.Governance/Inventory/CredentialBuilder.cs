namespace WorkloadIdentity.Governance;

/// <summary>The credentials of an identity, from both of its objects, with their use and their risk.</summary>
internal sealed class CredentialBuilder(InventoryJoin rows, ServicePrincipal? principal, AppRegistration? application)
{
    private readonly bool _isUseKnown = rows.Covers(InventorySectionName.CredentialUse, null);

    public IReadOnlyList<InventoriedCredential> Build()
    {
        InventoriedCredential[] all =
        [
            .. Of(application?.KeyCredentials, application?.PasswordCredentials, isOnApplication: true),
            .. Of(principal?.KeyCredentials, principal?.PasswordCredentials, isOnApplication: false),
        ];
        return all;
    }

    private IEnumerable<InventoriedCredential> Of(
        IReadOnlyList<KeyCredential>? keys, IReadOnlyList<PasswordCredential>? passwords, bool isOnApplication)
    {
        if (keys is null or { Count: 0 } && passwords is null or { Count: 0 })
        {
            yield break;
        }

        // A certificate for SAML is three credentials: one to sign, one to verify with the same thumbprint, and the key's password with the
        // same key id. None of them proves the identity.
        var signing = (keys ?? []).Where(key => OpenText.Same(key.Usage, "Sign")).ToList();
        var thumbprints = signing.Select(key => key.CustomKeyIdentifier).OfType<string>().ToHashSet(StringComparer.Ordinal);
        var keyIds = signing.Select(key => key.KeyId).OfType<string>().ToHashSet(StringComparer.OrdinalIgnoreCase);
        foreach (var key in keys ?? [])
        {
            var kind = !OpenText.Same(key.Usage ?? "Verify", "Verify") || thumbprints.Contains(key.CustomKeyIdentifier ?? "")
                ? CredentialKind.SigningKey
                : OpenText.Same(key.Type, "Symmetric") ? CredentialKind.SymmetricKey : CredentialKind.Certificate;
            yield return Row(key.KeyId, kind, isOnApplication, key.DisplayName, key.StartDateTime, key.EndDateTime) with
            {
                Usage = key.Usage,
                Thumbprint = Thumbprint(key.CustomKeyIdentifier),
            };
        }

        foreach (var password in passwords ?? [])
        {
            var kind = keyIds.Contains(password.KeyId ?? "") ? CredentialKind.SigningKey : CredentialKind.Secret;
            yield return Row(
                password.KeyId, kind, isOnApplication, password.DisplayName, password.StartDateTime, password.EndDateTime);
        }
    }

    private InventoriedCredential Row(
        string? keyId, CredentialKind kind, bool isOnApplication, string? name, DateTimeOffset? starts, DateTimeOffset? ends)
    {
        var id = keyId ?? "";
        return new InventoriedCredential
        {
            KeyId = id,
            Kind = kind,
            IsOnApplication = isOnApplication,
            DisplayName = name,
            StartsOn = starts,
            ExpiresOn = ends,
            LastUsedOn = rows.Tables.CredentialUse.TryGetValue(id, out var used) ? used : null,
            IsUseKnown = _isUseKnown,
            Detections = id.Length > 0 && rows.DetectionsByKey.Contains(id) ? [.. rows.DetectionsByKey[id]] : [],
        };
    }

    /// <summary>The identifier of a certificate is its SHA-1 thumbprint, in Base64 or in hexadecimal, or something else.</summary>
    internal static string? Thumbprint(string? identifier)
    {
        if (identifier is { Length: 40 } && identifier.All(char.IsAsciiHexDigit))
        {
            return identifier.ToUpperInvariant();
        }

        Span<byte> bytes = stackalloc byte[64];
        return identifier is { Length: > 0 and < 80 } && Convert.TryFromBase64String(identifier, bytes, out var length)
            ? length switch
            {
                20 => Convert.ToHexString(bytes[..20]),
                40 when Array.TrueForAll(bytes[..40].ToArray(), letter => char.IsAsciiHexDigit((char)letter)) =>
                    System.Text.Encoding.ASCII.GetString(bytes[..40]).ToUpperInvariant(),
                _ => null,
            }
            : null;
    }
}
