using System.Text;

namespace WorkloadIdentity;

/// <summary>Where docs/errors.md explains an error: by its category when Entra gave one, otherwise by its kind.</summary>
internal static class TokenErrorAnchor
{
    public static string For(TokenErrorKind kind, TokenErrorCategory category) =>
        Kebab(category == TokenErrorCategory.None ? kind.ToString() : category.ToString());

    private static string Kebab(string name)
    {
        var text = new StringBuilder(name.Length + 4);
        foreach (var letter in name)
        {
            if (char.IsAsciiLetterUpper(letter) && text.Length > 0)
            {
                text.Append('-');
            }

            text.Append(char.ToLowerInvariant(letter));
        }

        return text.ToString();
    }
}
