using System.Text.Json.Nodes;

namespace WorkloadIdentity.Testing;

/// <summary>The mailboxes of agents' users: their messages, the newest first, as far as a sample needs them.</summary>
internal static class GraphMailRoutes
{
    private static readonly IReadOnlyList<string> Permissions = ["Mail.Read", "Mail.ReadWrite"];

    public static IEnumerable<GraphRoute> Of(IEnumerable<EmulatedApplication> applications) =>
    [
        new("me/messages", GraphLimitGroup.Other, Permissions, (call, _) => Messages(call, Own(call, applications))),
        new("users/{}/messages", GraphLimitGroup.Other, Permissions, (call, keys) => Messages(call, Named(call, keys[0], applications))),
    ];

    /// <summary>Whose token it is.</summary>
    private static EmulatedAgentUser Own(GraphCall call, IEnumerable<EmulatedApplication> applications) => call.Caller.IsUser
        ? Named(call, call.Caller.Token.Claim("oid")!, applications)
        : throw GraphErrorException.BadRequest("/me request is only valid with delegated authentication flow.");

    /// <summary>A user reads the own mailbox only, and an application with the permission reads all of them.</summary>
    private static EmulatedAgentUser Named(GraphCall call, string key, IEnumerable<EmulatedApplication> applications)
    {
        var user = applications.Where(application => application.Tenant == call.Caller.Tenant)
            .Select(application => application.AgentUser).OfType<EmulatedAgentUser>()
            .FirstOrDefault(user => key.Equals(user.ObjectId, StringComparison.OrdinalIgnoreCase)
                || key.Equals(user.UserName, StringComparison.OrdinalIgnoreCase))
            ?? throw new GraphErrorException(404, "ErrorInvalidUser", $"The requested user '{key}' is invalid.");
        var token = call.Caller.Token;
        return !call.Caller.IsUser
            || (token.Claim("oid") == user.ObjectId && token.Claim("scp")!.Split(' ').Intersect(Permissions).Any())
                ? user
                : throw new GraphErrorException(403, "ErrorAccessDenied", "Access is denied. Check credentials and try again.");
    }

    private static GraphAnswer Messages(GraphCall call, EmulatedAgentUser user)
    {
        var query = GraphQuery.Read(call);
        return GraphAnswer.Ok(new JsonObject
        {
            ["@odata.context"] = $"{call.Address}$metadata#users('{user.ObjectId}')/messages",
            ["value"] = GraphJson.Array(user.Messages.Reverse().Take(query.Page).Select(message => new JsonObject
            {
                ["id"] = message.Id,
                ["receivedDateTime"] = GraphJson.Date(message.ReceivedOn),
                ["subject"] = message.Subject,
                ["bodyPreview"] = message.Body,
                ["body"] = new JsonObject { ["contentType"] = "text", ["content"] = message.Body },
                ["from"] = new JsonObject { ["emailAddress"] = new JsonObject { ["address"] = message.From } },
            })),
        });
    }
}
