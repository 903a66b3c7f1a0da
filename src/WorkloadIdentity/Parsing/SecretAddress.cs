namespace WorkloadIdentity;

/// <summary>
/// Decides whether a secret, an assertion or a token may be sent to an address. The one place that states the rule: https, or plain http to
/// a place that the caller allows; no user information; no part that the caller does not expect. Messages never quote the address.
/// </summary>
internal static class SecretAddress
{
    /// <summary>Reads an address from text.</summary>
    /// <param name="text">The text, such as the value of a variable.</param>
    /// <param name="parts">The parts that the address may have behind its host.</param>
    /// <param name="plainHttp">Where plain http may go.</param>
    /// <returns>The address, or the end of a sentence that says what is wrong with it.</returns>
    public static (Uri? Address, string? Problem) Read(string text, AddressParts parts, PlainHttp plainHttp)
    {
        if (Guard.HasWhiteSpace(text) || Guard.HasControlCharacter(text))
        {
            return (null, "contains white space or a control character. It must be an absolute URL.");
        }

        // The parser drops an empty user name and an empty query, so the text itself is searched.
        var problem = !Uri.TryCreate(text, UriKind.Absolute, out var address) ? NotAbsolute
            : Problem(address, parts, plainHttp) is { } wrong ? wrong
            : parts == AddressParts.Query ? null
            : text.Contains('@', StringComparison.Ordinal) ? UserInfo
            : text.AsSpan().ContainsAny('?', '#') ? Stray(parts)
            : null;
        return problem is null ? (address, null) : (null, problem);
    }

    /// <summary>What is wrong with an address, as the end of a sentence; null if nothing is.</summary>
    public static string? Problem(Uri address, AddressParts parts, PlainHttp plainHttp) =>

        // On Unix a path such as /x is an absolute file URI, so the scheme is checked by name.
        !address.IsAbsoluteUri || address.Scheme is not ("https" or "http") || !HasHost(address) ? NotAbsolute
        : StrayPart(address, parts) is { } stray ? stray
        : address.Scheme == Uri.UriSchemeHttps || plainHttp.Allows(address) ? null
        : $"is plain http, which would send a secret unencrypted. Use https. {plainHttp.Rule}";

    /// <summary>
    /// What should not be in an absolute address of any scheme, as the end of a sentence; null if nothing is.
    /// </summary>
    public static string? StrayPart(Uri address, AddressParts parts) =>
        address.UserInfo.Length > 0 ? UserInfo
        : address.Fragment.Length > 0
            || (address.Query.Length > 0 && parts != AddressParts.Query)
            || (address.AbsolutePath is not ("/" or "") && parts == AddressParts.None)
            ? Stray(parts)
        : null;

    private const string NotAbsolute = "is not an absolute https URL.";

    private const string UserInfo = "contains user information before an '@', which hides the real host. Remove it.";

    private static string Stray(AddressParts parts) => parts switch
    {
        AddressParts.None => "is followed by a path, query or fragment. Use scheme and host alone.",
        AddressParts.Path => "contains a query or a fragment. It must end with its path, because parameters are added to it.",
        _ => "contains a fragment, which is never sent. Remove it.",
    };

    private static bool HasHost(Uri address)
    {
        try
        {
            return address.IdnHost.Length > 0;
        }
        catch (UriFormatException)
        {
            return false;
        }
    }
}
