namespace WorkloadIdentity;

/// <summary>
/// The user account of an agent identity. A token for it is a user's token, with delegated permissions: for example, the agent reads its
/// own mailbox (<see href="https://learn.microsoft.com/entra/agent-id/identity-platform/agent-user-oauth-flow">agent user flow</see>).
/// Prefer the object id, because a user name can change. Immutable; two that name the same user in the same way are equal.
/// </summary>
public sealed class AgentUser : IEquatable<AgentUser>
{
    private const string ObjectIdExample = "8d1f3b0e-7a0c-4d57-9a53-52f0a1b6e844";
    private const string UserNameExample = "orders-agent@contoso.com";
    private const int MaxUserNameLength = 1024;

    private AgentUser(string value, bool isObjectId)
    {
        Value = value;
        IsObjectId = isObjectId;
    }

    /// <summary>The object id or the user name, in lower case.</summary>
    internal string Value { get; }

    internal bool IsObjectId { get; }

    /// <summary>The user with an object id.</summary>
    /// <param name="objectId">A GUID, without braces.</param>
    /// <exception cref="ArgumentException"><paramref name="objectId"/> is not such a GUID.</exception>
    public static AgentUser FromObjectId(string objectId)
    {
        ArgumentNullException.ThrowIfNull(objectId);
        return Guard.GuidProblem(objectId, "The object id of an agent's user") is { } problem
            ? throw new ArgumentException($"{problem} Expected something like: {ObjectIdExample}", nameof(objectId))
            : new AgentUser(objectId.ToLowerInvariant(), isObjectId: true);
    }

    /// <summary>The user with a user principal name.</summary>
    /// <param name="userName">The user principal name, such as <c>orders-agent@contoso.com</c>.</param>
    /// <exception cref="ArgumentException"><paramref name="userName"/> is not such a name.</exception>
    public static AgentUser FromUserName(string userName)
    {
        Guard.Text(userName, "The user name of an agent's user", UserNameExample);
        var at = userName.IndexOf('@', StringComparison.Ordinal);
        return at > 0 && at < userName.Length - 1 && userName.Length <= MaxUserNameLength && !Guard.HasWhiteSpace(userName)
            ? new AgentUser(userName.ToLowerInvariant(), isObjectId: false)
            : throw new ArgumentException(
                $"The user name of an agent's user is not a user principal name. Expected something like: {UserNameExample}",
                nameof(userName));
    }

    /// <summary>A setting: a GUID is an object id, and everything else is a user name.</summary>
    internal static AgentUser FromSetting(string value) => Guard.IsGuid(value) ? FromObjectId(value) : FromUserName(value);

    /// <inheritdoc/>
    public bool Equals(AgentUser? other) => other is not null && IsObjectId == other.IsObjectId && Value == other.Value;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as AgentUser);

    /// <inheritdoc/>
    public override int GetHashCode() => Value.GetHashCode(StringComparison.Ordinal);

    /// <summary>The object id or the user name.</summary>
    public override string ToString() => Value;
}
