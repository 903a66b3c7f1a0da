using System.Collections.Immutable;

namespace WorkloadIdentity.Testing;

/// <summary>
/// The user account of an agent identity: <see cref="EmulatedApplication.AddAgentUser"/>. It has a mailbox, which the emulated Microsoft
/// Graph reads (<see cref="EntraEmulator.AddGraph"/>). Safe for concurrent use.
/// </summary>
public sealed class EmulatedAgentUser
{
    private readonly TimeProvider _clock;
    private ImmutableList<EmulatedMessage> _messages = [];

    internal EmulatedAgentUser(string userName, string objectId, TimeProvider clock)
    {
        UserName = userName;
        ObjectId = objectId;
        _clock = clock;
    }

    /// <summary>The user principal name.</summary>
    public string UserName { get; }

    /// <summary>The object id: the <c>oid</c> of its tokens.</summary>
    public string ObjectId { get; }

    /// <summary>The mailbox, in the order of arrival.</summary>
    internal IReadOnlyList<EmulatedMessage> Messages => _messages;

    /// <summary>Puts a message into the mailbox.</summary>
    /// <param name="subject">The subject.</param>
    /// <param name="from">The address of the sender.</param>
    /// <param name="body">The text.</param>
    /// <returns>The same user, for the next message.</returns>
    public EmulatedAgentUser AddMessage(string subject, string from, string body = "")
    {
        ArgumentNullException.ThrowIfNull(subject);
        ArgumentException.ThrowIfNullOrWhiteSpace(from);
        ArgumentNullException.ThrowIfNull(body);
        var message = new EmulatedMessage(Guid.NewGuid().ToString("N"), subject, from, body, _clock.GetUtcNow());
        ImmutableInterlocked.Update(ref _messages, messages => messages.Add(message));
        return this;
    }

    /// <summary>The user principal name.</summary>
    public override string ToString() => UserName;
}
