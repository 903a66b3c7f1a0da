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
        var (address, problem) = SecretAddress.Read(environment.Variable(name)!, AddressParts.Query, PlainHttp.ToLoopback);
        return (address, problem is null ? null : $"{name} {problem}");
    }

    /// <summary>What is wrong with an address, as the end of a sentence; null if it can be used.</summary>
    public static string? Problem(Uri address) => SecretAddress.Problem(address, AddressParts.Query, PlainHttp.ToLoopback);

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
