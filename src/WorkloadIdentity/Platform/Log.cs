using Microsoft.Extensions.Logging;

namespace WorkloadIdentity;

/// <summary>
/// Every message that this package logs. Integration packages have a file like this one. Ids never change meaning: 1xx the token acquirer,
/// 2xx credentials, 3xx the HTTP handler, 4xx registration. No message contains a token, a secret, an assertion or a claim.
/// </summary>
internal static partial class Log
{
    public const string Category = "WorkloadIdentity";

    [LoggerMessage(
        100,
        LogLevel.Information,
        "First token for {Resource}: {Credential}, issued by {Issuer} for client {ClientId}, expires {ExpiresOn:u}.")]
    public static partial void FirstToken(
        ILogger logger, string resource, string credential, string issuer, string clientId, DateTimeOffset expiresOn);

    [LoggerMessage(
        101,
        LogLevel.Warning,
        "Refreshing the token for {Resource} failed. The current token stays in use until {ExpiresOn:u}; the next refresh is in {BackOff}. "
            + "{Error}")]
    public static partial void RefreshFailed(ILogger logger, string resource, DateTimeOffset expiresOn, TimeSpan backOff, TokenError error);

    [LoggerMessage(102, LogLevel.Debug, "Acquired a token for {Resource} in {Milliseconds:0} ms: {Credential}, expires {ExpiresOn:u}.")]
    public static partial void Acquired(ILogger logger, string resource, double milliseconds, string credential, DateTimeOffset expiresOn);

    [LoggerMessage(103, LogLevel.Debug, "Acquiring a token for {Resource} failed. {Error}")]
    public static partial void AcquisitionFailed(ILogger logger, string resource, TokenError error);

    [LoggerMessage(104, LogLevel.Warning, "The second-level token store failed while {Doing}; it counts as a miss. {Reason}")]
    public static partial void StoreFailed(ILogger logger, string doing, string reason);

    [LoggerMessage(200, LogLevel.Information, "The credential chain '{Chain}' uses '{Credential}' from now on.")]
    public static partial void ChainPinned(ILogger logger, string chain, string credential);

    [LoggerMessage(
        201,
        LogLevel.Warning,
        "Several credentials of the default chain are present: '{Used}' is used, '{Ignored}' is not. Remove the ones that are not meant, "
            + "or name the one to use in WORKLOAD_IDENTITY_ALLOW.")]
    public static partial void SeveralCredentials(ILogger logger, string used, string ignored);

    [LoggerMessage(202, LogLevel.Debug, "{Server} failed with a transient error; attempt {Attempt} follows. {Error}")]
    public static partial void Retrying(ILogger logger, string server, int attempt, TokenError error);

    [LoggerMessage(203, LogLevel.Warning,
        "The managed identity endpoint of {Host} uses plain http to {Address}, an address in that host's own network. "
        + "Whoever can read the traffic of that network can read the secret header.")]
    public static partial void SandboxEndpoint(ILogger logger, string host, string address);

    [LoggerMessage(
        204,
        LogLevel.Warning,
        "{Server} found no matching federated credential. The credential may be new, so the request is repeated for up to {Tolerance}. "
            + "{Error}")]
    public static partial void AwaitingFederatedCredential(ILogger logger, string server, TimeSpan tolerance, TokenError error);

    [LoggerMessage(
        205,
        LogLevel.Warning,
        "Application {ClientId} got an ordinary token for {Scope}, because a token that is bound to its certificate was refused and the "
            + "client allows ordinary ones (TokenBinding.Preferred). {Error}")]
    public static partial void NotBound(ILogger logger, string clientId, string scope, TokenError error);

    [LoggerMessage(
        210,
        LogLevel.Warning,
        "The client certificate '{Subject}' of application {ClientId} expires in {Days} days, on {ExpiresOn:u}. Register a new certificate "
            + "with the application, then replace the old one in its file, store or vault.")]
    public static partial void CertificateExpiring(ILogger logger, string subject, string clientId, int days, DateTimeOffset expiresOn);

    [LoggerMessage(
        211,
        LogLevel.Warning,
        "The client certificate '{Subject}' stays in use, because the certificate that was read after it cannot be used: {Problem}.")]
    public static partial void CertificateKept(ILogger logger, string subject, string problem);

    [LoggerMessage(300, LogLevel.Warning, "Tokens are sent over plain http to {Origin}, which the application listed as a mesh origin.")]
    public static partial void PlainHttp(ILogger logger, string origin);

    [LoggerMessage(301, LogLevel.Debug, "{Origin} rejected the token ({Reason}). The request is sent once more with another token.")]
    public static partial void Resending(ILogger logger, string origin, string reason);

    [LoggerMessage(
        302, LogLevel.Warning, "{Origin} rejected the token ({Reason}), and renewing it failed. The caller gets the response. {Error}")]
    public static partial void RenewalFailed(ILogger logger, string origin, string reason, TokenError error);

    [LoggerMessage(303, LogLevel.Warning, "On the client '{Client}', {Handler} runs after the access token handler, so its retries "
        + "reuse the first token, even if that has expired or was rejected, and send it to any other host it chooses. "
        + "Call AddAccessToken after the call that adds this handler.")]
    public static partial void ResilienceInside(ILogger logger, string client, string handler);

    [LoggerMessage(304, LogLevel.Warning, "A handler that runs after the access token handler sends requests with a token to {Origin}, "
        + "which is not an allowed origin. Call AddAccessToken after the call that adds that handler, or list the origin in "
        + "AllowedOrigins.")]
    public static partial void ForeignHost(ILogger logger, string origin);

    [LoggerMessage(306, LogLevel.Warning, "The client '{Client}' shares its cookies among all its tenants and users, because its primary "
        + "handler was in use before this client was made. Set UseCookies = false on that handler, or call AllowCookies() "
        + "on the client if the cookies are meant.")]
    public static partial void CookiesKept(ILogger logger, string client);

    [LoggerMessage(307, LogLevel.Warning, "The primary handler of the client '{Client}' is a chain of handlers that is in use elsewhere, "
        + "so nothing checks where those handlers send requests with a token. Give each client a chain of its own in "
        + "ConfigurePrimaryHttpMessageHandler, or add its handlers with AddHttpMessageHandler.")]
    public static partial void HandlersBehindExit(ILogger logger, string client);

    [LoggerMessage(
        400,
        LogLevel.Warning,
        "{Identity}: {Settings} changed in configuration. A running program applies only changes of secrets and of file contents. "
            + "Restart it to apply the others.")]
    public static partial void SettingsChanged(ILogger logger, string identity, string settings);

    [LoggerMessage(
        401,
        LogLevel.Warning,
        "The first token for the client '{Client}' could not be acquired at start. Its first request will try again. {Reason}")]
    public static partial void WarmUpFailed(ILogger logger, string client, string reason);

    [LoggerMessage(402, LogLevel.Information, "{Identity}, asked for a token for {Scope}:\n{Report}")]
    public static partial void Explained(ILogger logger, string identity, string scope, CredentialReport report);

    [LoggerMessage(403, LogLevel.Warning, "{Identity}, asked for a token for {Scope}, could not be explained: {Reason}.")]
    public static partial void NotExplained(ILogger logger, string identity, string scope, string reason);
}
