namespace WorkloadIdentity;

/// <summary>
/// The managed identity of the host this program runs on: a virtual machine, App Service and its kin, Azure Container Instances,
/// Azure Arc, Service Fabric, Azure Machine Learning, Cloud Shell. Nothing is stored with the program. Which host it is follows from its
/// environment variables, at every request. Safe for concurrent use.
/// </summary>
/// <remarks>
/// A managed identity lives in one tenant and acts for itself: requests that name a tenant, a user or an FMI path fail.
/// Continuous access (<see cref="TokenRequest.ContinuousAccess"/>, claims challenges) is for Service Fabric; elsewhere the offer is left
/// out and a request with claims fails.
/// </remarks>
public sealed class ManagedIdentityCredential : Credential
{
    private readonly ManagedIdentityId? _id;
    private readonly ManagedIdentityHostTable _hosts;

    /// <summary>A managed identity of the host.</summary>
    /// <param name="id">Which one; null takes the host's default, and lets a chain go on where there is no managed identity.</param>
    /// <param name="options">What it works with.</param>
    /// <exception cref="ArgumentException">A value in <paramref name="options"/> is out of range.</exception>
    public ManagedIdentityCredential(ManagedIdentityId? id = null, ManagedIdentityCredentialOptions? options = null)
    {
        _id = id;
        _hosts = new ManagedIdentityHostTable((options ?? new ManagedIdentityCredentialOptions()).Checked());
    }

    /// <inheritdoc/>
    public override string Name => "managed identity";

    /// <summary>
    /// The client or object id that was given. Null for the host's default, which is another identity on another host, and for a resource
    /// id, under which an identity can be deleted and made anew as another one.
    /// </summary>
    public override string? Partition => _id switch
    {
        { Kind: ManagedIdentityIdKind.ClientId, Value: { } clientId } => $"managed-identity/client/{clientId}",
        { Kind: ManagedIdentityIdKind.ObjectId, Value: { } objectId } => $"managed-identity/object/{objectId}",
        _ => null,
    };

    internal override string WhyNotShared => _id is { Kind: ManagedIdentityIdKind.ResourceId }
        ? "Under a resource id an identity can be deleted and made anew as another one. Name it by its client id."
        : "A system-assigned identity, or the host's default, is another identity on each machine. Name a user-assigned identity by its "
            + "client id.";

    /// <summary>
    /// Claims, which the host may still not support: only Service Fabric can act on a rejected token. The host is detected once for an
    /// acquisition, when it is asked.
    /// </summary>
    protected override RequestFeatures Supports => RequestFeatures.Claims;

    /// <inheritdoc/>
    protected override string? LooksFor =>
        $"{(_id is null
            ? "the host's default managed identity"
            : $"the managed identity ({_id})")}, from {_hosts.Describe()}";

    /// <inheritdoc/>
    protected override async ValueTask<TokenResult> AcquireCoreAsync(Acquisition acquisition, CancellationToken cancellationToken)
    {
        var host = _hosts.Detect(out var present);
        if ((acquisition.Features & ~host.Supports) is not RequestFeatures.None and var missing)
        {
            return TokenResult.Failed(TokenError.Unsupported(Name, missing, acquisition.Request));
        }

        var scope = acquisition.Request.Scope;
        var (resource, problem) = ResourceOf(scope);
        return resource is null
            ? TokenResult.Failed(
                new TokenError(TokenErrorKind.InvalidConfiguration, problem!) { Scope = scope, HelpAnchor = HelpAnchors.Scope })
            : await host.AcquireAsync(
                new ManagedIdentityRequest(scope, resource, _id)
                {
                    Present = present,
                    HasAlternatives = acquisition.HasAlternatives,
                    ContinuousAccess = acquisition.Request.ContinuousAccess,
                    IsChallenged = acquisition.Claims is not null,
                    Rejected = acquisition.Rejected,
                },
                cancellationToken).ConfigureAwait(false);
    }

    /// <summary>The resource of a scope: managed identity hosts take a resource, which is the scope without its suffix.</summary>
    private static (string? Resource, string? Problem) ResourceOf(string scope)
    {
        if (!scope.EndsWith(ResourceName.DefaultSuffix, StringComparison.Ordinal))
        {
            return (null,
                $"The scope '{scope}' does not end in {ResourceName.DefaultSuffix}. A managed identity gets tokens for a whole "
                    + $"resource: ask for the resource followed by {ResourceName.DefaultSuffix}, such as "
                    + "https://graph.microsoft.com/.default.");
        }

        var resource = scope[..^ResourceName.DefaultSuffix.Length];
        return resource.Length == 0
            ? (null, $"The scope '{scope}' names no resource. Put the resource in front, such as https://graph.microsoft.com/.default.")
            : Guard.HasWhiteSpace(resource)
            ? (null,
                $"The scope '{scope}' holds white space. A managed identity gets a token for one resource at a time: make one request for "
                    + "each.")
            : (resource, null);
    }
}
