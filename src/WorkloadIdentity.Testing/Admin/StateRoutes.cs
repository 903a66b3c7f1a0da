using System.Text.Json.Nodes;

namespace WorkloadIdentity.Testing;

/// <summary>What there is, what was asked, and the settings that hold for all of it.</summary>
internal static class StateRoutes
{
    public static IReadOnlyList<AdminRoute> All { get; } =
    [
        new("GET", "", call => EmulatedAnswer.Json(200, AdminView.Of(call.Entra))),
        new("GET", "journal", call => EmulatedAnswer.Json(200, JournalView.Of(call.Entra.Journal))),
        new("DELETE", "journal", call =>
        {
            call.Entra.Journal.Clear();
            return AdminCall.Done();
        }),
        new("PATCH", "settings", call =>
        {
            var settings = BehaviourSettings.Read(call.Body);
            call.Commit();
            settings.ApplyTo(call.Entra);
            return AdminCall.Done();
        }),
        new("POST", "keys/roll", call =>
        {
            var withdrawOld = call.Body.Flag("withdrawOld") ?? false;
            call.Commit();
            call.Entra.RollSigningKey(withdrawOld);
            return AdminCall.Created(new JsonObject { ["keyId"] = call.Entra.Keys.CurrentKeyId });
        }),
        new("POST", "tokens/revoke", call =>
        {
            var token = call.Body.RequiredText("token", "ey…");
            call.Commit();
            call.Entra.Revoke(token);
            return AdminCall.Done();
        }),
        new("GET", "environments/*", call => EmulatedAnswer.Json(200, new JsonObject(
            EnvironmentOf(call).Select(variable => new KeyValuePair<string, JsonNode?>(variable.Key, variable.Value))))),
    ];

    /// <summary>The variables of a program on a host, for those who start one.</summary>
    private static IReadOnlyDictionary<string, string> EnvironmentOf(AdminCall call)
    {
        var identity = call.Query("clientId") is not { } id || call.Parameters[0] == "application" ? null
            : call.Entra.Directory.FindIdentity(id) ?? throw new AdminNotFoundException($"There is no managed identity '{id}' here.");
        return call.Parameters[0] switch
        {
            "imds" => call.Entra.ImdsEnvironment(identity),
            "appService" => call.Entra.AppServiceEnvironment(identity),
            "appServiceOf2017" => call.Entra.AppServiceOf2017Environment(identity),
            "arc" => call.Entra.ArcEnvironment(identity),
            "azureMachineLearning" => call.Entra.AzureMachineLearningEnvironment(identity),
            "containerInstances" => call.Entra.ContainerInstancesEnvironment(identity),
            "containerInstancesOnWindows" => call.Entra.ContainerInstancesOnWindowsEnvironment(),
            "serviceFabric" => call.Entra.ServiceFabricEnvironment(),
            "cloudShell" => call.Entra.CloudShellEnvironment(),
            "application" => call.Query("clientId") is not { } clientId ? call.Entra.Application.EnvironmentWithSecret()
                : (call.Entra.Directory.FindApplication(clientId)
                    ?? throw new AdminNotFoundException($"There is no application '{clientId}' here.")).EnvironmentWithSecret(),
            _ => throw new AdminNotFoundException(
                "There is no such host. There are: application, appService, appServiceOf2017, arc, azureMachineLearning, cloudShell, "
                + "containerInstances, containerInstancesOnWindows, imds, serviceFabric."),
        };
    }
}
