using System.Globalization;
using System.Text.RegularExpressions;

namespace WorkloadIdentity.KeyVault;

/// <summary>
/// Makes an error of a vault's response. Only the vault's codes enter the message, which are of a closed alphabet. An authority or a
/// resource that its challenge names is never asked, used or printed.
/// </summary>
internal static partial class VaultError
{
    /// <summary>The section of docs/errors.md about key vaults.</summary>
    public const string HelpAnchor = "key-vault";

    public const string CheckAddress = "Check the address, and whether another server answers there instead of the vault.";

    private const string CheckIdentity = "It did not accept the token. Check which identity reaches the vault";

    public static TokenError Of(VaultResponse response, VaultAddress vault, string what)
    {
        var code = Code(response.Answer?.Error?.Code);
        var inner = Code(response.Answer?.Error?.InnerError?.Code);
        var codes = string.Join("/", new[] { code, inner }.OfType<string>());
        var isThrottled = response.Status == 429;
        var status = response.Status.ToString(CultureInfo.InvariantCulture);
        var said = $"The key vault {vault.Name} answered {status}{(codes.Length == 0 ? "" : $" ({codes})")} when asked for {what}.";
        return new TokenError(
            isThrottled ? TokenErrorKind.Throttled : TokenErrorKind.Refused, $"{said} {Advice(response, vault, code, inner)}")
        {
            StatusCode = response.Status,
            RetryAfter = response.RetryAfter,
            IsTransient = isThrottled || response.Status is 408 or >= 500 || (response.Status == 409 && !IsDeleted(inner ?? code)),
            CorrelationId = response.RequestId is { } id && IsGuid(id) ? id : null,
            HelpAnchor = HelpAnchor,
        };
    }

    private static string Advice(VaultResponse response, VaultAddress vault, string? code, string? inner) =>
        (response.Status, inner ?? code) switch
        {
            (401, _) => Unauthorized(response, vault),
            (403, "ForbiddenByFirewall" or "ForbiddenByConnection") =>
                "Its firewall blocks this machine. Add this network to the firewall, or use the private endpoint.",
            (403, "SecretDisabled" or "CertificateDisabled" or "KeyDisabled") =>
                "It is disabled in the vault. Enable it, or make a new version.",
            (403, "SecretExpired" or "CertificateExpired" or "KeyExpired") =>
                "It has expired in the vault. Make a new version, or set a later expiration date.",
            (403, "SecretNotYetValid" or "CertificateNotYetValid" or "KeyNotYetValid") =>
                "It is not yet valid in the vault. Wait for its activation date, or set an earlier one.",
            (403, "KeyOperationForbidden") =>
                "The key may not sign. Allow the operation 'sign' (key_ops). In a certificate's policy this is the key usage "
                    + "digitalSignature.",
            (403, _) =>
                "Grant the roles to the identity that reaches the vault: 'Key Vault Certificate User' to download a certificate, "
                    + "'Key Vault Reader' and 'Key Vault Crypto User' to sign in the vault, 'Key Vault Secrets User' for a secret. In a "
                    + "vault with access policies grant get and sign.",
            _ when IsDeleted(inner ?? code) =>
                "It is deleted in the vault, and its name stays reserved until it is recovered or purged. Recover it, or use another name.",
            (404, _) => "The vault has no such item. Check its name and the vault's address.",
            (409, _) => "Another operation on it is in progress in the vault, such as its recovery. It may succeed later.",
            (400, _) =>
                "The vault did not accept the request. Check the address and the name. A signature needs an RSA key of at least 2048 bits.",
            (429, _) => "The vault is throttling. It is not asked again before the time it states.",
            ( >= 500 or 408, _) => "It may succeed later.",
            _ => CheckAddress,
        };

    /// <summary>Whether the item is deleted and not purged. Waiting does not help.</summary>
    private static bool IsDeleted(string? code) => code is "ObjectIsDeletedButRecoverable" or "ObjectIsBeingDeleted";

    private static string Unauthorized(VaultResponse response, VaultAddress vault)
    {
        if (response.Challenge is not { } challenge)
        {
            return $"It did not accept the token, and its challenge cannot be read. {CheckAddress}";
        }

        var parameters = Parameter().Matches(challenge.Parameter ?? "")
            .DistinctBy(match => match.Groups[1].Value, StringComparer.OrdinalIgnoreCase)
            .ToDictionary(match => match.Groups[1].Value, match => match.Groups[2].Value, StringComparer.OrdinalIgnoreCase);
        if ((parameters.GetValueOrDefault("resource") ?? parameters.GetValueOrDefault("scope")) is { } resource
            && resource.TrimEnd('/') != vault.Resource && resource != vault.Scope)
        {
            return $"Its challenge names another resource than {vault.Resource}. Such a resource is never used. Check the vault's cloud. "
                + CheckAddress;
        }

        return (parameters.GetValueOrDefault("authorization") ?? parameters.GetValueOrDefault("authorization_uri")) is not { } text
            ? $"{CheckIdentity}."
            : !Uri.TryCreate(text, UriKind.Absolute, out var authority) || !EntraCloud.IsKnown(authority)
            ? "Its challenge names an authority that is not one of Entra's. Such an authority is never used. Another server may answer "
                + "instead of the vault."
            : authority.AbsolutePath.Trim('/') is var tenant && IsGuid(tenant)
            ? $"It accepts tokens of the tenant {tenant}. The identity that reaches the vault must be of that tenant, or ask in it."
            : $"{CheckIdentity}, and its tenant.";
    }

    // Only the form of 36 characters: the runtime also accepts one with white space around it.
    private static bool IsGuid(string text) => text.Length == 36 && Guid.TryParseExact(text, "D", out _);

    private static string? Code(string? text) => text is not null && CodeForm().IsMatch(text) ? text : null;

    [GeneratedRegex(@"\A[0-9A-Za-z_.-]{1,64}\z", RegexOptions.CultureInvariant)]
    private static partial Regex CodeForm();

    [GeneratedRegex("(?<=^|[ ,])([A-Za-z_]+)=\"([^\"]*)\"", RegexOptions.CultureInvariant)]
    private static partial Regex Parameter();
}
