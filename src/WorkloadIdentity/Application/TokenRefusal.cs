using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace WorkloadIdentity;

/// <summary>
/// Turns a response without a token into an error: Entra's error object, a bare status, plain text or a proxy's page. Only <c>error</c>,
/// codes, sub-error and the cleaned description enter the message (RFC 6749 section 5.2;
/// <see href="https://learn.microsoft.com/entra/identity-platform/reference-error-codes">Entra's codes</see>).
/// </summary>
internal static partial class TokenRefusal
{
    private const int MaxCodes = 16;
    private static readonly TimeSpan ToleratedSkew = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan LoopWait = TimeSpan.FromSeconds(60);

    // Entra sometimes answers "Too Many Requests" without a Retry-After header. Other libraries wait this long.
    private static readonly TimeSpan UnstatedWait = TimeSpan.FromSeconds(5);

    public static TokenError Read(
        BackchannelAnswer answer, TokenExchange exchange, TokenRequestForm form, string authentication)
    {
        var body = answer.Said;
        var error = UntrustedText.Word(body?.Error, form.Secrets);
        var suberror = UntrustedText.Word(body?.Suberror, form.Secrets);
        var claims = Claims(body?.Claims, form);
        var description = UntrustedText.Description(body?.ErrorDescription, form.Secrets);
        var codes = Codes(body, description);
        var known = EntraError.Find(codes);
        var isLoop = codes.Contains(EntraCode.RequestLoop);
        var retryAfter = isLoop ? Longer(answer.RetryAfter, LoopWait) : answer.RetryAfter ?? (answer.Status == 429 ? UnstatedWait : null);
        var isThrottled = isLoop || answer.Status == 429 || (retryAfter is not null && !answer.IsSuccess);
        var isPassing = answer.Status is >= 500 or 408
            || error == OAuthError.TemporarilyUnavailable || codes.Contains(EntraCode.IssuerKeysNotRead);
        var kind =
            isThrottled
                ? TokenErrorKind.Throttled
                : body is not { HasError: true } ? TokenErrorKind.InvalidResponse : TokenErrorKind.Refused;
        var isForUser = exchange.Request.UserAssertion is not null;

        // Claims in an error say what the user has to do. Without a user, nobody can do it.
        var category = known?.Category
            ?? (isThrottled ? TokenErrorCategory.Throttling
                : isPassing ? TokenErrorCategory.Transient
                : isForUser && claims is not null ? TokenErrorCategory.InteractionRequired
                : OAuthError.Category(error, suberror));

        var text = Opening(kind, exchange, authentication);
        AppendAnswer(text, answer, error, suberror, codes, description);
        var refusal = text.ToString();
        var assertion = form.IsFederated && IsAboutAssertion(category) ? UnverifiedJwt.TryRead(form.Assertion) : null;
        text.Append(FederatedCredentialAdvice.Values(assertion, form, isAboutItself: !IsMismatch(category)))
            .Append(assertion is null ? ' ' : '\n');
        AppendRemedy(text, known, assertion, exchange, form, category == TokenErrorCategory.InteractionRequired
            ? InteractionAdvice(isForUser)
            : Advice(kind, answer, isPassing, codes is [var first, ..] ? first : null, body is null));
        text.Append(category == TokenErrorCategory.AssertionTime ? Skew(answer, form, exchange.TimeProvider.GetUtcNow()) : null);
        return new TokenError(kind, text.ToString())
        {
            Refusal = refusal,
            Category = category,
            OAuthError = error,
            EntraErrorCodes = codes,
            StatusCode = answer.Status,
            CorrelationId = UntrustedText.Word(body?.CorrelationId, form.Secrets) ?? exchange.CorrelationId,
            TraceId = UntrustedText.Word(body?.TraceId, form.Secrets)
                ?? UntrustedText.Word(answer.Header("x-ms-request-id"), form.Secrets),
            RetryAfter = retryAfter < ThrottlingGate.MaxWait ? retryAfter : retryAfter is null ? null : ThrottlingGate.MaxWait,
            Claims = claims,
            TenantId = exchange.TenantId,
            ClientId = exchange.ClientId,
            Scope = exchange.Request.Scope,
            IsTransient = !isLoop && (isThrottled || isPassing),
        };
    }

    /// <summary>The first sentence: the authority, the token that it did not issue, and the application.</summary>
    private static StringBuilder Opening(TokenErrorKind kind, TokenExchange exchange, string authentication) => new StringBuilder()
        .Append(CultureInfo.InvariantCulture, $"{exchange.Authority} ")
        .Append(kind switch
        {
            TokenErrorKind.Throttled => "is throttling requests and did not issue",
            TokenErrorKind.InvalidResponse => "returned a response that is not a token response when asked for",
            _ => "refused",
        })
        .Append(CultureInfo.InvariantCulture, $" a token for '{exchange.Request.Scope}' {(kind == TokenErrorKind.InvalidResponse
            ? "for" : "to")} application {exchange.ClientId}")
        .Append(exchange.AgentToken is null ? null : $" for the agent's user {exchange.Request.AgentUser}")
        .Append(CultureInfo.InvariantCulture, $" ({authentication}) in tenant {exchange.TenantId}. ");

    /// <summary>The codes that Entra lists. If it lists none, those in its description.</summary>
    private static IReadOnlyList<long> Codes(TokenAnswer? body, string? description) => body?.ErrorCodes is { Count: > 0 } listed
        ? listed
        : [.. AadstsCode().Matches(description ?? "").Take(MaxCodes)
            .Select(match => long.Parse(match.Groups[1].ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture)).Distinct()];

    private static void AppendAnswer(
        StringBuilder text, BackchannelAnswer answer, string? error, string? suberror, IReadOnlyList<long> codes, string? description)
    {
        text.Append(CultureInfo.InvariantCulture, $"Response: {answer.Status}");
        if (error is not null)
        {
            text.Append(' ').Append(error);
        }

        if (suberror is not null)
        {
            text.Append('/').Append(suberror);
        }

        if (codes.Count > 0 && description?.Contains($"AADSTS{codes[0]}", StringComparison.Ordinal) != true)
        {
            text.Append(CultureInfo.InvariantCulture, $" AADSTS{codes[0]}");
        }

        text.Append(description is null ? "." : $": {description}");
        if (text[^1] is not ('.' or '!' or '?' or '…'))
        {
            text.Append('.');
        }
    }

    private static bool IsAboutAssertion(TokenErrorCategory category) =>
        IsMismatch(category) || category is TokenErrorCategory.FederationIssuer or TokenErrorCategory.FederationPolicy
            or TokenErrorCategory.AssertionContent or TokenErrorCategory.AssertionTime;

    private static bool IsMismatch(TokenErrorCategory category) =>
        category is TokenErrorCategory.FederationMismatch or TokenErrorCategory.FederationConfig;

    /// <summary>
    /// What the error means and what to do. Issuer, subject and audience are compared letter by letter, so the message about a federated
    /// credential includes the command that adds a matching one.
    /// </summary>
    private static void AppendRemedy(
        StringBuilder text, EntraError? known, UnverifiedJwt? assertion, TokenExchange exchange, TokenRequestForm form, string otherwise)
    {
        var command = assertion is not null && known is not null && IsMismatch(known.Category)
            ? FederatedCredentialAdvice.Command(assertion, exchange.ClientId, form)
            : null;
        text.Append(known is null ? $"What to do: {otherwise}." : $"{known.Meaning} What to do: {known.Check}");
        text.Append(known is null || command is not null ? null : $" {known.For(exchange.ClientId)}");
        foreach (var problem in assertion is null ? [] : KnownFederationProblems.Of(assertion))
        {
            text.Append(' ').Append(problem);
        }

        text.Append(command is null ? null : $" Or add a federated credential that matches:\n{command}");
    }

    /// <summary>
    /// A wrong clock is the one cause of a refused time that the assertion does not show. This machine's clock dates the assertions that we
    /// sign.
    /// </summary>
    private static string? Skew(BackchannelAnswer answer, TokenRequestForm form, DateTimeOffset now)
    {
        if (answer.AnsweredOn is not { } theirs || (now - theirs).Duration() is var off && off <= ToleratedSkew)
        {
            return null;
        }

        var minutes = off.TotalMinutes.ToString("0.#", CultureInfo.InvariantCulture);
        return $" The clock of this machine is {minutes} minutes {(now > theirs ? "ahead of" : "behind")} Entra's"
            + (form.IsFederated
                ? ". If the assertion was made on this machine, that is the cause."
                : ". This clock dated the assertion, so that is the cause. Turn on time synchronisation (NTP).");
    }

    private static string InteractionAdvice(bool isForUser) => isForUser
        ? "Answer the caller with 401 and the result of error.ToChallenge(), so that the user can do what Entra requires"
        : "No user is present. An administrator has to exempt this application from the policy. Find the policy in the sign-in log by the "
            + "correlation id";

    private static string Advice(TokenErrorKind kind, BackchannelAnswer answer, bool isPassing, long? code, bool isNotJson) => kind switch
    {
        TokenErrorKind.Throttled => "Ask less often: share one token acquirer, and let it keep tokens until they expire",
        _ when answer.Status == 407 =>
            "A proxy requires authentication. Configure a proxy that this process may use, or connect to Entra without a proxy",
        _ when isPassing => "Try again later. If the error lasts, check the status page of the service",
        TokenErrorKind.InvalidResponse when isNotJson && answer.Body.AsSpan().TrimStart(" \r\n\t"u8).StartsWith("<"u8) =>
            "The response is a web page. Look for a proxy, firewall or captive portal in front of Entra, and check the authority host",
        TokenErrorKind.InvalidResponse => "Check the authority host, and any proxy or firewall between it and this process",
        _ when code is not null => $"Look the code up at https://login.microsoftonline.com/error?code={code}",
        _ => "Check the tenant, the client id, the scope, and the secret, certificate or assertion of the application",
    };

    /// <summary>The claims of an error. Callers get them, so anything but a JSON object is dropped.</summary>
    private static string? Claims(string? claims, TokenRequestForm form) =>
        claims is { Length: <= ClaimsRequest.MaxLength } && UntrustedText.Mask(claims, form.Secrets) == claims
            && StrictJson.IsObject(Encoding.UTF8.GetBytes(claims)) ? claims : null;

    private static TimeSpan Longer(TimeSpan? one, TimeSpan other) => one > other ? one.Value : other;

    [GeneratedRegex(@"AADSTS([0-9]{3,15})(?![0-9])", RegexOptions.CultureInvariant)]
    private static partial Regex AadstsCode();
}
