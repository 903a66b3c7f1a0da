namespace WorkloadIdentity.Tool;

/// <summary>Reads and checks the scope of a token.</summary>
internal static class ScopeArgument
{
    /// <exception cref="ToolException">The text is not a scope.</exception>
    public static TokenRequest Request(string scope)
    {
        try
        {
            Guard.Scope(scope, nameof(scope));
            return scope.EndsWith("/.default", StringComparison.Ordinal) && !scope.Contains(' ', StringComparison.Ordinal)
                ? new TokenRequest(scope)
                : throw new ArgumentException("A workload cannot ask for single permissions, or for two resources at once.");
        }
        catch (ArgumentException exception)
        {
            throw new ToolException(
                "--scope is not a scope that a workload can ask for.",
                $"Use a resource followed by /.default, such as https://graph.microsoft.com/.default. {exception.Message.Split(
                    " (Parameter")[0]}",
                "errors#scope");
        }
    }

    /// <summary>
    /// A token for an exchange audience is a credential: whoever holds it can act as every application that trusts it. The tool never
    /// requests one for output.
    /// </summary>
    /// <exception cref="ToolException">The scope is an exchange audience.</exception>
    public static void RefuseExchange(string scope)
    {
        if (ExchangeAudience.IsAskedBy(scope))
        {
            throw NeverShown();
        }
    }

    /// <summary>The same check for an acquired token, by its audience.</summary>
    /// <exception cref="ToolException">The token is for an exchange audience.</exception>
    public static void RefuseExchange(AccessToken token)
    {
        if (UnverifiedJwt.TryRead(token.Value) is { } jwt && jwt.Audiences.Any(ExchangeAudience.IsAskedBy))
        {
            throw NeverShown();
        }
    }

    /// <summary>The scope of Microsoft Graph in the cloud of the environment. Every application may request it.</summary>
    public static string Graph(WorkloadEnvironment environment) =>
        Authority.Choose(stated: null, environment, allowUnknown: false).Host?.IdnHost switch
        {
            "login.microsoftonline.us" or "login.usgovcloudapi.net" or "login-us.microsoftonline.com" =>
                "https://graph.microsoft.us/.default",
            "login.partner.microsoftonline.cn" or "login.chinacloudapi.cn" => "https://microsoftgraph.chinacloudapi.cn/.default",
            _ => "https://graph.microsoft.com/.default",
        };

    private static ToolException NeverShown() => new(
        ExitCodes.Usage,
        "Tokens for an exchange audience (api://AzureADTokenExchange and its like) are never shown, under no option: whoever holds one "
            + "can act as the applications that trust it.",
        "Ask for the API you want to call. To see why federation fails: wid doctor",
        ToolException.Reference("wid#exchange-audiences"));
}
