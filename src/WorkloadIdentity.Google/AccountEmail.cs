using System.Text.RegularExpressions;

namespace WorkloadIdentity.Google;

/// <summary>The address of a service account. It becomes a segment of a path, so only the characters of an address are taken.</summary>
internal static partial class AccountEmail
{
    /// <exception cref="ArgumentException">The text is not the address of a service account.</exception>
    public static void Check(string text, string parameter)
    {
        if (!Form().IsMatch(text))
        {
            throw new ArgumentException(
                "The service account is not an e-mail address such as orders@contoso.iam.gserviceaccount.com.", parameter);
        }
    }

    [GeneratedRegex(
        @"\A[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?@([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}\z", RegexOptions.ExplicitCapture)]
    private static partial Regex Form();
}
