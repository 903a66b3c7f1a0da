namespace WorkloadIdentity.Testing;

/// <summary>The user account of an agent identity, as a document states it.</summary>
internal sealed record AgentUserSettings(string UserName, string? ObjectId)
{
    public static AgentUserSettings Read(DocumentObject at)
    {
        var userName = at.RequiredText("userName", "orders-agent@contoso.example");
        if (userName.Length > 0 && !EmulatedApplication.IsUserName(userName))
        {
            at.Report("userName", $"'{userName}' is no user principal name. Expected something like \"orders-agent@contoso.example\".");
        }

        return new AgentUserSettings(userName, at.Id("objectId"));
    }
}
