namespace WorkloadIdentity;

/// <summary>
/// Checks what a token request asks of an application before Entra is asked: Entra's own errors for these mistakes are hard to understand,
/// and text that may be a secret in the wrong place is not sent.
/// </summary>
internal static class RequestCheck
{
    /// <summary>What is wrong with a request; null when nothing is.</summary>
    /// <param name="request">The request.</param>
    /// <param name="clientId">The application.</param>
    /// <param name="isUnbound">Whether it is for an ordinary token although the application binds its tokens.</param>
    public static TokenError? Problem(TokenRequest request, string clientId, bool isUnbound) =>
        JwtProblem(request, clientId) ?? AgentUserProblem(request) ?? ScopeProblem(request) ?? BindingProblem(request, clientId, isUnbound);

    /// <summary>A token that the asker would send without the certificate must not be bound, and one for a user cannot be.</summary>
    private static TokenError? BindingProblem(TokenRequest request, string clientId, bool isUnbound)
    {
        var problem =
            request.IsForUser && request.Binding == TokenBinding.Required
                ? "requires a bound token for a user. Only tokens for the application itself can be bound. Use a client without Binding, "
                    + "and an identity that does not bind its tokens"
            : isUnbound && request.Binding == TokenBinding.None
                ? $"does not ask for a bound token, and application {clientId} binds its tokens to its certificate. On an HttpClient of "
                    + "this library, set options.Binding = TokenBinding.Required. For callers that cannot present a certificate, register "
                    + "a second identity without BindTokens"
            : null;
        return problem is null
            ? null
            : new TokenError(TokenErrorKind.InvalidConfiguration, $"The request for '{request.Scope}' {problem}.")
            {
                HelpAnchor = HelpAnchors.BoundTokens,
            };
    }

    private static TokenError? JwtProblem(TokenRequest request, string clientId) => request.User?.FormProblem is not { } problem
        ? null
        : new TokenError(
            TokenErrorKind.InvalidConfiguration,
            $"The user assertion {problem}, so it was not sent. It must be the access token that the user's client sent to application "
                + $"{clientId}, and nothing else.")
        {
            Category = TokenErrorCategory.OnBehalfOf,
        };

    private static TokenError? AgentUserProblem(TokenRequest request)
    {
        if (request.AgentUser is not { } user)
        {
            return null;
        }

        var problem =
            request.UserAssertion is not null ? "and on behalf of another user. Ask for one of the two"
            : request.FmiPath is not null ? "and carries an FMI path. Only a blueprint's own token carries one. Remove FmiPath"
            : request.IsForTokenExchange ? "and for the audience of the token exchange. Ask for the API that the agent calls"
            : null;
        return problem is null
            ? null
            : new TokenError(TokenErrorKind.InvalidConfiguration, $"The request is for the agent's user {user} {problem}.")
            {
                HelpAnchor = HelpAnchors.AgentUser,
            };
    }

    private static TokenError? ScopeProblem(TokenRequest request)
    {
        var scope = request.Scope;
        if (request.UserAssertion is not null || request.AgentUser is not null)
        {
            return null;
        }

        var problem =
            Guard.HasWhiteSpace(scope)
                ? $"The scope '{scope}' holds white space. An application gets a token for one resource at a time. Make one request for "
                    + $"each resource, with the scope resource{ResourceName.DefaultSuffix}."
            : scope.Length > ResourceName.DefaultSuffix.Length && scope.EndsWith(ResourceName.DefaultSuffix, StringComparison.Ordinal)
                ? null
            : $"The scope '{scope}' does not end in {ResourceName.DefaultSuffix}. An application gets all permissions it was granted on a "
                + $"resource at once. Ask for the resource followed by {ResourceName.DefaultSuffix}, such as "
                + "https://graph.microsoft.com/.default. Single permissions can only be requested on behalf of a user.";
        return problem is null
            ? null
            : new TokenError(TokenErrorKind.InvalidConfiguration, problem) { HelpAnchor = HelpAnchors.Scope };
    }
}
