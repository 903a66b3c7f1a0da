namespace WorkloadIdentity;

/// <summary>
/// How a <see cref="UrlAssertionSource"/> asks, and what it finds in the answer. Read once, when the source is constructed.
/// </summary>
public sealed class UrlAssertionSourceOptions
{
    /// <summary>Headers to send with the request, such as <c>Metadata: true</c>. Values are secrets: they are never printed.</summary>
    public IDictionary<string, string> Headers { get; } = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);

    /// <summary>
    /// Headers whose values are variables, by the variable's name: read at each use, so that the platform may change them. Where one is not
    /// set there is no assertion.
    /// </summary>
    public IDictionary<string, string> HeadersFromVariables { get; } = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);

    /// <summary>
    /// The query parameter that tells the server the audience, such as <c>audience</c>; null leaves the address as it is.
    /// </summary>
    public string? AudienceParameter { get; set; }

    /// <summary>
    /// The member of the answer's JSON object that holds the assertion; null when the answer's whole text is the assertion.
    /// </summary>
    public string? JsonField { get; set; }

    /// <summary>The client that asks: see <see cref="AssertionSourceOptions.HttpClient"/>.</summary>
    public HttpClient? HttpClient { get; set; }

    /// <summary>How long the server may take for one answer.</summary>
    /// <value>More than zero, at most five minutes. The default is 10 seconds.</value>
    public TimeSpan TimeLimit { get; set; } = TimeSpan.FromSeconds(10);
}
