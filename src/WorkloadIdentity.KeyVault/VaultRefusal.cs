using System.Globalization;

namespace WorkloadIdentity.KeyVault;

/// <summary>
/// Makes an error of a vault's answer. Of the vault's own words only its codes enter a message (they are of a closed alphabet), and of its
/// challenge only what is known anyway: neither an authority nor a resource it names is ever asked or used.
/// </summary>
internal static class VaultRefusal
{
    /// <summary>The section of docs/errors.md about key vaults.</summary>
    public const string HelpAnchor = "key-vault";

    public static TokenError Of(BackchannelAnswer answer, VaultAddress vault, string what)
    {
        using var document = StrictJson.Parse(answer.Body);
        var error = document?.RootElement.Member("error");
        var code = Code(error?.Text("code"));
        var inner = Code(error?.Member("innererror")?.Text("code"));
        var codes = string.Join("/", new[] { code, inner }.OfType<string>());
        var isThrottled = answer.Status == 429;
        var status = answer.Status.ToString(CultureInfo.InvariantCulture);
        var said = $"The key vault {vault.Name} answered {status}{(codes.Length == 0 ? "" : $" ({codes})")} when asked for {what}.";
        return new TokenError(
            isThrottled ? TokenErrorKind.Throttled : TokenErrorKind.Refused, $"{said} {Advice(answer, vault, code, inner)}")
        {
            StatusCode = answer.Status,
            RetryAfter = answer.RetryAfter,
            IsTransient = isThrottled || answer.Status is 408 or >= 500 || (answer.Status == 409 && !IsDeleted(inner ?? code)),
            CorrelationId = answer.Header("x-ms-request-id") is { } id && IsGuid(id) ? id : null,
            HelpAnchor = HelpAnchor,
        };
    }

    /// <summary>What was asked for is there and switched off: another version may not be.</summary>
    public static bool SaysDisabled(BackchannelAnswer answer)
    {
        using var document = answer.Status == 403 ? StrictJson.Parse(answer.Body) : null;
        return Code(document?.RootElement.Member("error")?.Member("innererror")?.Text("code")) is "SecretDisabled" or "CertificateDisabled"
            or "KeyDisabled";
    }

    private static string Advice(BackchannelAnswer answer, VaultAddress vault, string? code, string? inner) =>
        (answer.Status, inner ?? code) switch
        {
            (401, _) => Unauthorized(answer, vault),
            (403, "ForbiddenByFirewall" or "ForbiddenByConnection") =>
                "Its firewall does not let this machine in: add its network, or use the private endpoint.",
            (403, "SecretDisabled" or "CertificateDisabled" or "KeyDisabled") => "It is disabled there: enable it, or make a new version.",
            (403, "SecretExpired" or "CertificateExpired" or "KeyExpired") =>
                "It has expired there: make a new version, or set a later expiration date.",
            (403, "SecretNotYetValid" or "CertificateNotYetValid" or "KeyNotYetValid") =>
                "It is not valid yet there: wait for its activation date, or set an earlier one.",
            (403, "KeyOperationForbidden") =>
                "The key may not sign: allow the operation 'sign' (key_ops). In a certificate's policy this is the key usage "
                    + "digitalSignature.",
            (403, _) =>
                "Grant the vault's identity the roles for it: 'Key Vault Certificate User' to download a certificate, 'Key Vault Reader' "
                    + "and 'Key Vault Crypto User' to sign in the vault, 'Key Vault Secrets User' for a secret; or the access policies "
                    + "get and sign.",
            (404, _) => "Check its name, and that it is in this vault and not deleted.",
            (409, _) when IsDeleted(inner ?? code) =>
                "It is deleted there, and its name stays taken until it is recovered or purged: recover it, or use another name.",
            (409, _) => "Another operation on it is under way there, such as its recovery. It may pass.",
            (400, _) =>
                "It did not accept the request. Check the address and the name. A signature needs an RSA key of at least 2048 bits.",
            (429, _) => "It is asked too often; nobody asks again before it allows.",
            ( >= 500 or 408, _) => "It may pass.",
            _ => "Check the address, and whether something else answers in the vault's place.",
        };

    /// <summary>Whether the item is deleted and not purged. This does not pass by itself.</summary>
    private static bool IsDeleted(string? code) => code is "ObjectIsDeletedButRecoverable" or "ObjectIsBeingDeleted";

    private static string Unauthorized(BackchannelAnswer answer, VaultAddress vault)
    {
        if (AuthenticationChallenge.Parse(answer.Headers("WWW-Authenticate"))
            .FirstOrDefault(challenge => challenge.Is("Bearer")) is not { } challenge)
        {
            return "It did not take the token, and its challenge cannot be read. Check the address, and whether something else answers in "
                + "the vault's place.";
        }

        if ((challenge.Parameter("resource") ?? challenge.Parameter("scope")) is { } resource && resource.TrimEnd('/') != vault.Resource
            && resource != vault.Scope)
        {
            return $"Its challenge names another resource than {vault.Resource}, which is never followed: check the address and its "
                + "cloud, and whether something else answers in the vault's place.";
        }

        if ((challenge.Parameter("authorization") ?? challenge.Parameter("authorization_uri")) is not { } text)
        {
            return "It did not take the token. Check who the vault's identity is.";
        }

        return !Uri.TryCreate(text, UriKind.Absolute, out var authority)
            || Authority.Problem(new Uri(authority.GetLeftPart(UriPartial.Authority)), allowUnknown: false) is not null
            ? "Its challenge names an authority that is not one of Entra's, which is never followed: something else may answer in the "
                + "vault's place."
            : authority.AbsolutePath.Trim('/') is var tenant && IsGuid(tenant)
                ? $"It takes tokens of the tenant {tenant}. The vault's identity must be of that tenant, or ask in it."
                : "It did not take the token. Check who the vault's identity is, and its tenant.";
    }

    // Only the form of 36 characters: the runtime also takes one with white space around it.
    private static bool IsGuid(string text) => text.Length == 36 && Guid.TryParseExact(text, "D", out _);

    private static string? Code(string? text) =>
        text is { Length: <= 64 } && text.Length > 0
            && text.All(character => char.IsAsciiLetterOrDigit(character) || character is '_' or '.' or '-') ? text : null;
}
