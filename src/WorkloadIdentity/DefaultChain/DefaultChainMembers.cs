using System.Collections;

namespace WorkloadIdentity;

/// <summary>
/// What joins the default chain from outside of it, in the order it is asked. Packages extend this with an <c>Add…</c> of their own. Not
/// safe for concurrent use.
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
        if (DefaultChainMember.BuiltInKinds.Contains(member.Kind) || _members.Exists(other => other.Kind == member.Kind))
        {
            throw new ArgumentException(
                $"The default chain has a credential of the kind '{member.Kind}' already. Add each kind once.", nameof(member));
        }

        _members.Add(member);
        return this;
    }

    /// <summary>
    /// Adds a source of federated assertions, such as <c>AssertionSource.GitHubActions()</c>: a link behind the federated token file
    /// and before the managed identity, for the application in <c>AZURE_TENANT_ID</c> and <c>AZURE_CLIENT_ID</c>. Where the source is not
    /// here the chain goes on.
    /// </summary>
    /// <param name="source">Where assertions come from.</param>
    /// <param name="audience">What they are addressed to; null takes the cloud's. See <see cref="FederatedAuthentication"/>.</param>
    /// <exception cref="ArgumentException"><paramref name="audience"/> is empty or holds a control character.</exception>
    public DefaultChainMembers Add(AssertionSource source, string? audience = null)
    {
        Sources.Add(new FederatedAuthentication(source, audience));
        return this;
    }

    /// <summary>The sources of federated assertions, in the order they were added.</summary>
    internal List<FederatedAuthentication> Sources { get; } = [];

    /// <inheritdoc/>
    public IEnumerator<DefaultChainMember> GetEnumerator() => _members.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
