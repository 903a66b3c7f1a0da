namespace WorkloadIdentity.Aws;

/// <summary>The name of an AWS region. The AWS SDK makes a host name of it.</summary>
internal static class RegionName
{
    /// <exception cref="ArgumentException">The text is no such name.</exception>
    public static void Check(string? region, string what)
    {
        if (region is not null && (region.Length is 0 or > 32 || !region.All(IsPart)))
        {
            throw new ArgumentException($"{what} is not the name of an AWS region. Expected a name such as eu-west-1.");
        }
    }

    private static bool IsPart(char letter) => letter == '-' || char.IsAsciiLetterLower(letter) || char.IsAsciiDigit(letter);
}
