using Microsoft.Extensions.Logging;

namespace WorkloadIdentity;

/// <summary>
/// Every message this package logs; integration packages have a file like this one. Ids never change meaning: 1xx the token acquirer,
/// 2xx credentials, 3xx the HTTP handler, 4xx registration. No message takes a token, a secret, an assertion or a
/// claim.
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
        "Refreshing the token for {Resource} failed; the living one (until {ExpiresOn:u}) is served and the next try waits {BackOff}. "
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
        "Two ambient credentials are present: '{Used}' is used, '{Ignored}' is not. Remove one, or name one in WORKLOAD_IDENTITY_ALLOW.")]
    public static partial void TwoAmbientCredentials(ILogger logger, string used, string ignored);

    [LoggerMessage(202, LogLevel.Debug, "{Server} failed in passing; attempt {Attempt} follows. {Error}")]
    public static partial void Retrying(ILogger logger, string server, int attempt, TokenError error);

    [LoggerMessage(203, LogLevel.Warning,
        "The managed identity endpoint of {Host} is plain http to {Address}, an address of that host's own network; "
        + "its header is only as safe as that network.")]
    public static partial void SandboxEndpoint(ILogger logger, string host, string address);

    [LoggerMessage(
        204,
        LogLevel.Warning,
        "{Server} knows no federated credential that matches; it may have been made just now, so it is asked again for up to {Tolerance}. "
            + "{Error}")]
    public static partial void AwaitingFederatedCredential(ILogger logger, string server, TimeSpan tolerance, TokenError error);

    [LoggerMessage(
        210,
        LogLevel.Warning,
        "The client certificate '{Subject}' of application {ClientId} expires in {Days} days, on {ExpiresOn:u}. Register its successor "
            + "with the application, then replace it where it comes from.")]
    public static partial void CertificateExpiring(ILogger logger, string subject, string clientId, int days, DateTimeOffset expiresOn);

    [LoggerMessage(
        211,
        LogLevel.Warning,
        "The client certificate '{Subject}' stays in use, because what was read after it cannot be used: {Problem}.")]
    public static partial void CertificateKept(ILogger logger, string subject, string problem);

    [LoggerMessage(300, LogLevel.Warning, "Tokens are sent over plain http to {Origin}, which the application listed as a mesh origin.")]
    public static partial void PlainHttp(ILogger logger, string origin);

    [LoggerMessage(301, LogLevel.Debug, "{Origin} rejected the token ({Reason}); the request is sent once more with another one.")]
    public static partial void Resending(ILogger logger, string origin, string reason);

    [LoggerMessage(
        302, LogLevel.Warning, "{Origin} rejected the token ({Reason}) and renewing it failed; its response is returned. {Error}")]
    public static partial void RenewalFailed(ILogger logger, string origin, string reason, TokenError error);

    [LoggerMessage(303, LogLevel.Warning, "On the client '{Client}', {Handler} stands inside of the access token: its retries carry "
        + "the token of the first attempt, expired or rejected as it may be, and take it to other hosts if it routes them there. "
        + "Call AddAccessToken after what adds it.")]
    public static partial void ResilienceInside(ILogger logger, string client, string handler);

    [LoggerMessage(304, LogLevel.Warning, "A handler inside of the access token sends requests with a token to {Origin}, which is not "
        + "allowed for it. Call AddAccessToken after what adds that handler, or list the origin in AllowedOrigins.")]
    public static partial void ForeignHost(ILogger logger, string origin);

    [LoggerMessage(306, LogLevel.Warning, "The client '{Client}' shares its cookies among all its tenants and users, because its primary "
        + "handler was in use before this client was made. Set UseCookies = false on that handler, or call AllowCookies() "
        + "on the client if the cookies are meant.")]
    public static partial void CookiesKept(ILogger logger, string client);

    [LoggerMessage(307, LogLevel.Warning, "The primary handler of the client '{Client}' is a chain of handlers that is in use elsewhere, "
        + "so nothing checks where they take its requests with a token. Give each client a chain of its own in "
        + "ConfigurePrimaryHttpMessageHandler, or add its handlers with AddHttpMessageHandler.")]
    public static partial void HandlersBehindExit(ILogger logger, string client);

    [LoggerMessage(
        400,
        LogLevel.Warning,
        "{Identity}: {Settings} changed in configuration. Only secrets and the content of files change under a running program; restart "
            + "it to apply the rest.")]
    public static partial void SettingsChanged(ILogger logger, string identity, string settings);

    [LoggerMessage(
        401,
        LogLevel.Warning,
        "The first token for the client '{Client}' could not be had at start; its first request will ask again. {Reason}")]
    public static partial void WarmUpFailed(ILogger logger, string client, string reason);

    [LoggerMessage(402, LogLevel.Information, "{Identity}, asked for a token for {Scope}:\n{Report}")]
    public static partial void Explained(ILogger logger, string identity, string scope, CredentialReport report);

    [LoggerMessage(403, LogLevel.Warning, "{Identity}, asked for a token for {Scope}, could not be explained: {Reason}.")]
    public static partial void NotExplained(ILogger logger, string identity, string scope, string reason);
}
