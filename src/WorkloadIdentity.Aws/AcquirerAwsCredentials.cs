using System.Diagnostics;
using Amazon.Runtime;

namespace WorkloadIdentity.Aws;

/// <summary>
/// The sessions of a role as the AWS SDK sees them. A <see cref="TokenAcquirer"/> holds the session, with its rules: one exchange for all
/// who wait, refreshed before it ends, kept while a refresh fails.
/// </summary>
[DebuggerDisplay("{ToString(),nq}")]
internal sealed class AcquirerAwsCredentials : AWSCredentials, IDisposable
{
    private readonly RoleArn _role;
    private readonly TokenRequest _request;
    private readonly TokenAcquirer _sessions;
    private volatile Held? _held;

    public AcquirerAwsCredentials(ITokenAcquirer acquirer, RoleArn role, TokenRequest request, AwsRoleOptions options)
    {
        _role = role;
        _request = request;
        _sessions = new TokenAcquirer(
            new AwsRoleCredential(acquirer, role, options),
            new TokenAcquirerOptions { TimeProvider = options.TimeProvider, LoggerFactory = options.LoggerFactory });
    }

    /// <summary>When the session that was read last ends, in UTC.</summary>
    public override DateTime? Expiration
    {
        get => _held?.Session.ExpiresOn.UtcDateTime;
        set => throw new NotSupportedException("AWS STS decides when a session ends.");
    }

    public override ImmutableCredentials GetCredentials() => Read(_sessions.GetToken(_request));

    public override async Task<ImmutableCredentials> GetCredentialsAsync() =>
        Read(await _sessions.GetTokenAsync(_request).ConfigureAwait(false));

    public void Dispose() => _sessions.Dispose();

    public override string ToString() => $"Sessions of the role {_role}";

    /// <summary>Reads a session once, however many requests are signed with it.</summary>
    private ImmutableCredentials Read(AccessToken session)
    {
        var held = _held;
        if (held is null || !ReferenceEquals(held.Session, session))
        {
            _held = held = new Held(session, AwsSession.Read(session));
        }

        return held.Credentials;
    }

    private sealed record Held(AccessToken Session, ImmutableCredentials Credentials);
}
