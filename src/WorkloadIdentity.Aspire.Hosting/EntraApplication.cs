using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using WorkloadIdentity.Testing;

namespace WorkloadIdentity.Aspire.Hosting;

/// <summary>
/// An application of an emulated tenant. Made by <see cref="EntraEmulatorBuilderExtensions.Application"/>; a project gets its identity with
/// <see cref="EntraEmulatorBuilderExtensions.WithWorkloadIdentity"/>.
/// </summary>
public sealed class EntraApplication
{
    private readonly List<(EntraApi Api, string Role)> _roles = [];
    private readonly List<(EmulatedIssuerKind Kind, string Issuer, string Subject)> _federated = [];

    internal EntraApplication(EntraEmulatorResource entra, string name, string clientId, ParameterResource secret)
    {
        Entra = entra;
        Name = name;
        ClientId = clientId;
        Secret = secret;
    }

    /// <summary>What the app host calls it.</summary>
    public string Name { get; }

    /// <summary>The client (application) id. It depends on the names only, so it is the same at each start.</summary>
    public string ClientId { get; }

    /// <summary>Its secret: a parameter that is marked as secret, so that the dashboard masks it.</summary>
    public ParameterResource Secret { get; }

    internal EntraEmulatorResource Entra { get; }

    internal IReadOnlyList<(EntraApi Api, string Role)> Roles => _roles;

    internal IReadOnlyList<(EmulatedIssuerKind Kind, string Issuer, string Subject)> FederatedCredentials => _federated;

    /// <summary>Lets its tokens for an API carry a role.</summary>
    /// <exception cref="ArgumentException">The API is of another emulator.</exception>
    public EntraApplication WithRole(EntraApi api, string role)
    {
        ArgumentNullException.ThrowIfNull(api);
        ArgumentException.ThrowIfNullOrWhiteSpace(role);
        if (api.Entra != Entra)
        {
            throw new ArgumentException(
                $"The API '{api.Audience}' is of the emulator '{api.Entra.Name}', and the application '{Name}' is of '{Entra.Name}'. "
                    + "Use an API of the same emulator.",
                nameof(api));
        }

        _roles.Add((api, role));
        return this;
    }

    /// <summary>Lets assertions of another issuer stand for the application. The emulator plays the issuer too.</summary>
    /// <param name="kind">Whose assertions they resemble.</param>
    /// <param name="issuer">The <c>iss</c>, such as <c>https://token.actions.githubusercontent.com</c>.</param>
    /// <param name="subject">The <c>sub</c>, such as <c>repo:contoso/orders:ref:refs/heads/main</c>.</param>
    public EntraApplication WithFederatedCredential(EmulatedIssuerKind kind, string issuer, string subject)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(issuer);
        ArgumentException.ThrowIfNullOrWhiteSpace(subject);
        _federated.Add((kind, issuer, subject));
        return this;
    }

    internal async ValueTask<string> ReadSecretAsync(CancellationToken cancellationToken) =>
        await Secret.GetValueAsync(cancellationToken).ConfigureAwait(false) is { } value && !string.IsNullOrWhiteSpace(value)
            ? value
            : throw new InvalidOperationException(
                $"The parameter '{Secret.Name}' has no value. It is the secret of the application '{Name}'.");
}
