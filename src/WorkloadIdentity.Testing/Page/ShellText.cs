namespace WorkloadIdentity.Testing;

/// <summary>Texts that a shell reads.</summary>
internal static class ShellText
{
    /// <summary>A value as one word. Values come from files of others, so unusual characters are quoted.</summary>
    public static string Quoted(string value) =>
        value.Length > 0
            && value.All(letter => char.IsAsciiLetterOrDigit(letter) || "-_.~:/+=@".Contains(letter, StringComparison.Ordinal))
            && !value.StartsWith('~')
            ? value
            : $"'{value.Replace("'", "'\\''", StringComparison.Ordinal)}'";
}
