namespace Microsoft.Extensions.DependencyInjection;

/// <summary>
/// An HTTP client that was registered with an access token: its scope and its identity. The host checks it at start.
/// </summary>
internal sealed class RegisteredClient
{
    /// <summary>The name of its identity; null for the default one.</summary>
    public string? Identity { get; set; }

    public string Scope { get; set; } = "";

    public static string NoIdentity(string client, string? identity) =>
        $"The client '{client}' uses AddAccessToken, but {(identity is null
            ? "no identity"
            : $"no identity named '{identity}'")} is registered. Add "
                + $"builder.Services.AddWorkloadIdentity({(identity is null ? "" : $"\"{identity}\"")});";
}
