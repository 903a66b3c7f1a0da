using System.Collections;

namespace WorkloadIdentity;

/// <summary>
/// What joins the default chain from outside of it, in the order it is asked. Packages extend this with an <c>Add…</c> of their own. Not safe for concurrent use.
/// </summary>
public sealed class DefaultChainMembers : IEnumerable<DefaultChainMember>
{
    private readonly List<DefaultChainMember> _members = [];

    /// <summary>Adds one behind those added before.</summary>
    /// <param name="member">Of a kind that is not there yet.</param>
    /// <exception cref="ArgumentException">The chain has a credential of this kind.</exception>
    public DefaultChainMembers Add(DefaultChainMember member)
    {
        ArgumentNullException.ThrowIfNull(member);
        if (AmbientCredentials.OwnKinds.Contains(member.Kind) || _members.Exists(other => other.Kind == member.Kind))
        {
            throw new ArgumentException($"The default chain has a credential of the kind '{member.Kind}' already. Add each kind once.", nameof(member));
        }

        _members.Add(member);
        return this;
    }

    /// <inheritdoc/>
    public IEnumerator<DefaultChainMember> GetEnumerator() => _members.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
