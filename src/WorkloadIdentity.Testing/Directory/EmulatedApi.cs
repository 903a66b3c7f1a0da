namespace WorkloadIdentity.Testing;

/// <summary>
/// A protected API of the emulator. Any method and path below <see cref="Url"/> answers 200 with who called, as JSON, when the request carries
/// a living token of this emulator for <see cref="Audience"/>; otherwise 401 with a <c>WWW-Authenticate</c> challenge (RFC 6750 section 3).
/// </summary>
public sealed class EmulatedApi
{
    internal EmulatedApi(string audience, Uri url)
    {
        Audience = audience;
        Url = url;
    }

    /// <summary>The resource: the <c>aud</c> of its tokens.</summary>
    public string Audience { get; }

    /// <summary>The scope to ask a token with: the audience followed by <c>/.default</c>.</summary>
    public string Scope => $"{Audience}/.default";

    /// <summary>Where it answers. Ends in a slash, so that it can be a base address.</summary>
    public Uri Url { get; }

    /// <summary>The audience.</summary>
    public override string ToString() => Audience;
}
