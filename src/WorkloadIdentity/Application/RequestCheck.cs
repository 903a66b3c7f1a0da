namespace WorkloadIdentity;

/// <summary>
/// Checks what a token request asks of an application before Entra is asked: Entra's own errors for these mistakes are hard to understand,
/// and text that may be a secret in the wrong place is not sent.
/// </summary>
internal static class RequestCheck
{
    /// <summary>What is wrong with a request; null when nothing is.</summary>
    public static TokenError? Problem(TokenRequest request, string clientId) =>
        JwtProblem(request, clientId) ?? AgentUserProblem(request) ?? ScopeProblem(request);

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
