using System.Globalization;
using System.Text;

namespace WorkloadIdentity;

/// <summary>
/// What a refused assertion says, and the federated credential that would accept it
/// (<see href="https://learn.microsoft.com/entra/workload-id/workload-identity-federation-considerations">issuer, subject and audience are
/// compared exactly</see>). What stands in an assertion may have been chosen by a stranger (the name of a branch, say), and people paste
/// these lines into a shell.
/// </summary>
internal static class FederatedCredentialAdvice
{
    // Entra's own limit on each of the three values.
    private const int MaxLength = 600;

    /// <summary>What stands before the credential in a message.</summary>
    public const string Introduction = "The federated credential that accepts it:";

    /// <summary>Issuer, subject, audience, algorithm and times, as they are in the assertion; null when it cannot be read.</summary>
    public static string? Says(UnverifiedJwt? assertion, TokenRequestForm form) => assertion is null
        ? null
        : $"issuer '{Shown(assertion.Issuer, form)}', subject '{Shown(assertion.Subject, form)}', audience '{string.Join(
            "', '", assertion.Audiences.Take(4).Select(audience => Shown(audience, form)))}'"
            + $", algorithm {Shown(assertion.Algorithm, form)}, valid from {Time(assertion.NotBefore)} to {Time(assertion.ExpiresOn)}";

    /// <summary>The credential that would match, as JSON and as commands; null where none can.</summary>
    public static string? Create(UnverifiedJwt assertion, string clientId, TokenRequestForm form)
    {
        if (Recipe(assertion, form) is not { } recipe)
        {
            return null;
        }

        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"{Introduction} {recipe.Json} For an application: {recipe.AzForApplication(clientId)}");
        if (recipe.AzForManagedIdentity() is { } command)
        {
            text.Append(" For a managed identity: ").Append(command);
        }

        return text.ToString();
    }

    /// <summary>The credential that would match, in the languages people set one up with; null where none can.</summary>
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
