using System.CommandLine;

namespace WorkloadIdentity.Tool;

/// <summary>The options of every command that select an identity. The default is the default chain, as in a program.</summary>
internal sealed class IdentityOptions(bool mayUseAws = true)
{
    private readonly Option<string?> _tenant =
        new("--tenant") { Description = "Directory (tenant) id, in place of AZURE_TENANT_ID.", HelpName = "id" };
    private readonly Option<string?> _client =
        new("--client-id") { Description = "Application (client) id, in place of AZURE_CLIENT_ID.", HelpName = "id" };
    private readonly Option<string?> _identity =
        new(
            "--identity")
        {
            Description = "Use only a managed identity: 'system', a client id, 'object:<id>', or a resource "
                + "id.",
            HelpName = "which"
        };
    private readonly Option<string?> _config =
        new(
            "--config")
        {
            Description = "The identity that a section of a configuration file describes, as the program that reads it has "
                + "it.",
            HelpName = "appsettings.json:Section"
        };
    private readonly Option<bool> _developer =
        new("--developer") { Description = "Use the logins of az and azd too, as in Development." };

    public void AddTo(Command command)
    {
        command.Options.Add(_tenant);
        command.Options.Add(_client);
        command.Options.Add(_identity);
        command.Options.Add(_config);
        command.Options.Add(_developer);
    }

    /// <exception cref="ToolException">Options exclude each other, or a value is malformed.</exception>
    public ChosenIdentity Read(ParseResult parsed, Surroundings surroundings)
    {
        var (tenant, client) = (parsed.GetValue(_tenant), parsed.GetValue(_client));
        var (identity, config) = (parsed.GetValue(_identity), parsed.GetValue(_config));
        var developer = parsed.GetValue(_developer);
        if ((identity is null ? 0 : 1) + (config is null ? 0 : 1) + (tenant is null && client is null && !developer ? 0 : 1) > 1)
        {
            throw new ToolException(
                "--identity, --config and the options of the default chain (--tenant, --client-id, --developer) exclude each other.",
                "Name one identity: a managed identity, a configured identity, or the default chain.");
        }

        if (tenant is not null && TenantId.Problem(tenant) is { } problem)
        {
            throw new ToolException("--tenant is not a tenant id or domain.", problem);
        }

        if (client is not null && Guard.GuidProblem(client, "--client-id") is { } clientProblem)
        {
            throw new ToolException(
                clientProblem,
                "Use the application (client) id, such as 6bf7ab3f-6a37-4f6d-9a3c-2ee0f1d1f8a3, not the application's name or object id.");
        }

        return identity is not null ? ChosenIdentity.Managed(surroundings, ManagedIdentityOf(identity))
            : config is not null ? ConfiguredIdentity.Read(surroundings, config)
            : ChosenIdentity.Ambient(surroundings, tenant, client, developer, mayUseAws);
    }

    /// <summary>
    /// Gets a token for output. A token that is itself a credential is refused, by its scope and by its audience.
    /// </summary>
    /// <exception cref="ToolException">What is asked for is no scope or an exchange audience, or the options do not say who to
    /// be.</exception>
    public async Task<(AccessToken Token, TokenRequest Request, ChosenIdentity Identity)> GetTokenAsync(
        ParseResult parsed, Surroundings surroundings, string scope, string progress, CancellationToken cancellationToken)
    {
        ScopeArgument.RefuseExchange(scope);
        var request = ScopeArgument.Request(scope);
        var chosen = Read(parsed, surroundings);
        var token = await Progress.ShowAsync(
            surroundings, progress, cancel => chosen.GetTokenAsync(request.Scope, surroundings.TimeProvider, cancel), cancellationToken)
                .ConfigureAwait(false);
        ScopeArgument.RefuseExchange(token);
        return (token, request, chosen);
    }

    private static ManagedIdentityId? ManagedIdentityOf(string text)
    {
        const string Object = "object:";
        try
        {
            return text == "system" ? ManagedIdentityId.SystemAssigned
                : text.StartsWith('/') ? ManagedIdentityId.FromResourceId(text)
                : text.StartsWith(Object, StringComparison.Ordinal) ? ManagedIdentityId.FromObjectId(text[Object.Length..])
                : ManagedIdentityId.FromClientId(text);
        }
        catch (ArgumentException exception)
        {
            throw new ToolException(
                "--identity is not a managed identity.",
                "Use 'system', the client id of a user-assigned identity, 'object:' and its object id, or its resource id. "
                    + $"{exception.Message.Split(" (Parameter")[0]}");
        }
    }
}
