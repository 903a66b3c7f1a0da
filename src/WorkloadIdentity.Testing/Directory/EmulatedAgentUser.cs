namespace WorkloadIdentity.Testing;

/// <summary>The user account of an agent identity: <see cref="EmulatedApplication.AddAgentUser"/>. Immutable.</summary>
public sealed class EmulatedAgentUser
{
    internal EmulatedAgentUser(string userName, string objectId)
    {
        UserName = userName;
        ObjectId = objectId;
    }

    /// <summary>The user principal name.</summary>
    public string UserName { get; }

    /// <summary>The object id: the <c>oid</c> of its tokens.</summary>
    public string ObjectId { get; }

    /// <summary>The user principal name.</summary>
    public override string ToString() => UserName;
}
