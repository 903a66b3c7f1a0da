using System.Text;

namespace WorkloadIdentity;

/// <summary>
/// The addresses that build systems and applications give for assertions. A credential of the job goes there, so it is https, or plain http
/// to a literal loopback address. Messages name the variable, never its value.
/// </summary>
internal static class SourceAddress
{
    /// <summary>Reads an address from a variable that is set.</summary>
    public static (Uri? Address, string? Problem) Read(WorkloadEnvironment environment, string name)
    {
        var text = environment.Variable(name)!;
        if (text.Any(character => char.IsControl(character) || char.IsWhiteSpace(character)))
        {
            return (null, $"{name} holds white space or a control character. It must be an absolute URL.");
        }

        return !Uri.TryCreate(text, UriKind.Absolute, out var address) ? (null, $"{name} is not an absolute URL.")
            : Problem(address) is { } problem ? (null, $"{name} {problem}")
            : (address, null);
    }

    /// <summary>What is wrong with an address: the end of a sentence; null when nothing is.</summary>
    public static string? Problem(Uri address) =>

        // On Unix a path such as /x is an absolute file URI: the scheme is checked by name.
        !address.IsAbsoluteUri || address.Scheme is not ("https" or "http") || address.IdnHost.Length == 0 ? "is not an absolute https URL."
        : address.UserInfo.Length > 0
        ? "carries user information before an '@', which hides the host that is really addressed. Leave it out."
        : address.Fragment.Length > 0 ? "carries a fragment, which is never sent. Leave it out."
        : address.Scheme != Uri.UriSchemeHttps && !Authority.IsLiteralLoopback(address)
        ? "is plain http to another machine: a credential would cross the network in the open. Use https; plain http is for a literal "
            + "loopback address."
        : null;

    /// <summary>
    /// The address with a parameter set: one of this name that is there already is replaced, all else stays byte for byte.
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
