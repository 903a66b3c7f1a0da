namespace Microsoft.Extensions.DependencyInjection;

/// <summary>A client that was given access tokens, kept so that the host can check at start whose they are.</summary>
internal sealed class AccessTokenClient
{
    /// <summary>The name of its identity; null for the unnamed one.</summary>
    public string? Identity { get; set; }

    public static string NoIdentity(string client, string? identity) =>
        $"The client '{client}' has AddAccessToken, but {(identity is null
            ? "no identity"
            : $"no identity named '{identity}'")} is registered to get its tokens with. Add "
                + $"builder.Services.AddWorkloadIdentity({(identity is null ? "" : $"\"{identity}\"")});";
}
