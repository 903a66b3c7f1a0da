using System.Text;

namespace WorkloadIdentity;

/// <summary>
/// The addresses of servers that issue assertions. The request carries a credential of the job, so an address is https, or plain http to
/// a literal loopback address. Messages name the variable, never its value.
/// </summary>
internal static class SourceAddress
{
    /// <summary>Reads an address from a variable that is set.</summary>
    public static (Uri? Address, string? Problem) Read(WorkloadEnvironment environment, string name)
    {
        var text = environment.Variable(name)!;
        if (text.Any(character => char.IsControl(character) || char.IsWhiteSpace(character)))
        {
            return (null, $"{name} contains white space or a control character. It must be an absolute URL.");
        }

        return !Uri.TryCreate(text, UriKind.Absolute, out var address) ? (null, $"{name} is not an absolute URL.")
            : Problem(address) is { } problem ? (null, $"{name} {problem}")
            : (address, null);
    }

    /// <summary>What is wrong with an address, as the end of a sentence; null if it is valid.</summary>
    public static string? Problem(Uri address) =>

        // On Unix a path such as /x is an absolute file URI: the scheme is checked by name.
        !address.IsAbsoluteUri || address.Scheme is not ("https" or "http") || address.IdnHost.Length == 0 ? "is not an absolute https URL."
        : address.UserInfo.Length > 0
        ? "contains user information before an '@', which hides the real host. Remove it."
        : address.Fragment.Length > 0 ? "contains a fragment, which is never sent. Remove it."
        : address.Scheme != Uri.UriSchemeHttps && !LiteralAddress.IsLoopback(address)
        ? "uses plain http to another machine, which would send a credential unencrypted. Use https. Plain http is allowed only to a "
            + "literal loopback address."
        : null;

    /// <summary>
    /// The address with a query parameter. A parameter of the same name is replaced; everything else stays byte for byte.
    /// </summary>
    public static Uri With(Uri address, string name, string value)
    {
        var query = new StringBuilder();
        foreach (var pair in address.Query.TrimStart('?').Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            if (!Uri.UnescapeDataString(pair.Split('=', 2)[0]).Equals(name, StringComparison.OrdinalIgnoreCase))
            {
                query.Append(pair).Append('&');
            }
        }

        query.Append(Uri.EscapeDataString(name)).Append('=').Append(Uri.EscapeDataString(value));
        return new Uri($"{address.GetLeftPart(UriPartial.Path)}?{query}");
    }
}
