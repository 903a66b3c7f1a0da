using System.Globalization;

namespace WorkloadIdentity;

/// <summary>
/// The values of a refused assertion, and the federated credential that would accept it
/// (<see href="https://learn.microsoft.com/entra/workload-id/workload-identity-federation-considerations">issuer, subject and audience are
/// compared exactly</see>). Strangers can choose values in an assertion, such as the name of a branch, and people paste these lines into a
/// shell. So the values are checked and quoted.
/// </summary>
internal static class FederatedCredentialAdvice
{
    // Entra's own limit on each of the three values.
    private const int MaxLength = 600;

    /// <summary>The commands that write the credential in other forms.</summary>
    public const string OtherForms =
        "For a managed identity, or in Bicep, Terraform or JSON: wid doctor --fix az|bicep|terraform|json";

    /// <summary>Issuer, subject and audience of the assertion, one per line; empty when it cannot be read.</summary>
    /// <param name="assertion">The assertion that was sent.</param>
    /// <param name="form">The form that was sent. Its secrets are masked.</param>
    /// <param name="isAboutItself">
    /// Whether to add its times and its signature algorithm, because the error is not about a missing federated credential.
    /// </param>
    public static string Values(UnverifiedJwt? assertion, TokenRequestForm form, bool isAboutItself)
    {
        if (assertion is null)
        {
            return "";
        }

        var audiences = string.Join(", ", assertion.Audiences.Take(4).Select(audience => Shown(audience, form)));
        var text = $"\n  issuer:   {Shown(assertion.Issuer, form)}\n  subject:  {Shown(assertion.Subject, form)}\n  audience: {audiences}";
        return isAboutItself
            ? $"{text}\n  valid:    from {Time(assertion.NotBefore)} to {Time(assertion.ExpiresOn)}, signed with "
                + Shown(assertion.Algorithm, form)
            : text;
    }

    /// <summary>
    /// The command that adds a matching credential to an application, and how to get the other forms; null if none can match.
    /// </summary>
    public static string? Command(UnverifiedJwt assertion, string clientId, TokenRequestForm form) =>
        Recipe(assertion, form) is { } recipe ? $"{recipe.AzForApplication(clientId)}\n{OtherForms}" : null;

    /// <summary>The credential that would match, in all supported forms; null if none can.</summary>
    public static FederatedCredentialRecipe? Recipe(UnverifiedJwt assertion, TokenRequestForm form) =>
        assertion is { Issuer: { Length: > 0 } issuer, Subject: { Length: > 0 } subject, Audiences: [{ Length: > 0 } audience, ..] }
        && Array.TrueForAll([issuer, subject, audience], value => value.Length <= MaxLength && Shown(value, form) == value)
            ? new FederatedCredentialRecipe(issuer, subject, audience)
            : null;

    private static string Shown(string? value, TokenRequestForm form) =>
        value is null ? "(none)" : UntrustedText.Plain(UntrustedText.Mask(value, form.Secrets), MaxLength) ?? "(empty)";

    private static string Time(DateTimeOffset? moment) =>
        moment is { } known ? known.ToString("u", CultureInfo.InvariantCulture) : "(none)";
}
