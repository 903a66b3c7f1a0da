namespace WorkloadIdentity;

/// <summary>
/// Where a person reads on. The command <c>wid explain</c> works without a network, because the tool holds a copy of the pages. An address
/// follows it only where a release says where the pages are published (the MSBuild property <c>HelpBaseAddress</c>).
/// </summary>
internal static class HelpPage
{
    private const string Errors = "errors.md";

    /// <summary>What a message says at its end, such as <c>wid explain client-secret</c>.</summary>
    /// <param name="topic">What <c>wid explain</c> takes: an anchor, a code of Entra, a page, or a page and an anchor.</param>
    /// <param name="address">The address of the same text; null where there is none.</param>
    public static string Reference(string topic, Uri? address) =>
        address is null ? $"wid explain {topic}" : $"wid explain {topic} ({address.AbsoluteUri})";

    /// <summary>The same for a section of docs/errors.md.</summary>
    public static string Reference(string anchor) => Reference(anchor, Address(Errors, anchor));

    /// <summary>The address of a section of docs/errors.md; null unless the release set one.</summary>
    public static Uri? Address(string anchor) => Address(Errors, anchor);

    /// <summary>The address of a page below docs/; null unless the release set one.</summary>
    public static Uri? Address(string page, string? anchor, string baseAddress = BuildFacts.HelpBaseAddress) =>
        baseAddress.Length == 0 ? null
            : new Uri($"{baseAddress}{Path.ChangeExtension(page, ".html")}{(anchor is null ? "" : $"#{anchor}")}");
}
