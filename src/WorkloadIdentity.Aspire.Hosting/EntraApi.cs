using Aspire.Hosting;

namespace WorkloadIdentity.Aspire.Hosting;

/// <summary>An API for which the emulator issues tokens. Made by <see cref="EntraEmulatorBuilderExtensions.Api"/>.</summary>
public sealed class EntraApi
{
    internal EntraApi(EntraEmulatorResource entra, string audience)
    {
        Entra = entra;
        Audience = audience;
    }

    /// <summary>The resource: the <c>aud</c> of its tokens, such as <c>api://stock</c>.</summary>
    public string Audience { get; }

    /// <summary>The scope to ask a token with.</summary>
    public string Scope => $"{Audience}/.default";

    internal EntraEmulatorResource Entra { get; }
}
