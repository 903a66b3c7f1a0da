namespace WorkloadIdentity.Testing;

/// <content>The user account of an agent identity.</content>
public sealed partial class EmulatedApplication
{
    private EmulatedAgentUser? _agentUser;

    /// <summary>The user account of this agent identity; null without one.</summary>
    public EmulatedAgentUser? AgentUser => Volatile.Read(ref _agentUser);

    /// <summary>
    /// Gives this agent identity a user account, as which it gets tokens with the <c>user_fic</c> grant. An agent identity has one at most.
    /// </summary>
    /// <param name="userName">The user principal name.</param>
    /// <param name="objectId">Its object id, a GUID; one made of the tenant and the name when null.</param>
    /// <exception cref="InvalidOperationException">This is no agent identity, or it has a user account already.</exception>
    /// <exception cref="ArgumentException">The name is no user principal name, or the id is no GUID.</exception>
    public EmulatedAgentUser AddAgentUser(string userName, string? objectId = null)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(userName);
        if (Blueprint is null)
        {
            throw new InvalidOperationException(
                $"Application {ClientId} is no agent identity, and only agent identities have a user account. Add one with "
                    + "entra.AddAgentIdentity().");
        }

        if (!IsUserName(userName))
        {
            throw new ArgumentException(
                $"'{userName}' is no user principal name. Expected something like orders-agent@contoso.example.", nameof(userName));
        }

        if (objectId is not null && !Guid.TryParseExact(objectId, "D", out _))
        {
            throw new ArgumentException(
                $"The object id '{objectId}' is no GUID such as 72f988bf-86f1-41af-91ab-2d7cd011db47.", nameof(objectId));
        }

        var user = new EmulatedAgentUser(
            userName, objectId ?? EmulatedDirectory.ObjectIdOf(Tenant, userName.ToLowerInvariant()), _entra.Clock);
        return Interlocked.CompareExchange(ref _agentUser, user, null) is { } first
            ? throw new InvalidOperationException($"Agent identity {ClientId} has a user account already: {first.UserName}.")
            : user;
    }

    internal static bool IsUserName(string value) =>
        value.IndexOf('@', StringComparison.Ordinal) is > 0 and var at && at < value.Length - 1 && !value.Any(char.IsWhiteSpace);
}
