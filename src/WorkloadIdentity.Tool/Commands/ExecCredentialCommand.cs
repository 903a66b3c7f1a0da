using System.CommandLine;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace WorkloadIdentity.Tool;

/// <summary>
/// <c>wid exec-credential</c>: a credential plugin of kubectl and other clients of Kubernetes
/// (<see href="https://kubernetes.io/docs/reference/access-authn-authz/authentication/#client-go-credential-plugins">client-go credential
/// plugins</see>). The client states the version of the response that it reads in KUBERNETES_EXEC_INFO.
/// </summary>
internal static class ExecCredentialCommand
{
    /// <summary>The scope of AKS clusters with Entra integration, in every cloud.</summary>
    internal const string AksScope = "6dae42f8-4368-4678-94ff-3960e28e3630/.default";

    private const string InfoVariable = "KUBERNETES_EXEC_INFO";
    private const string Kind = "ExecCredential";

    private static readonly IReadOnlyList<string> Versions = ["client.authentication.k8s.io/v1", "client.authentication.k8s.io/v1beta1"];

    public static Command Create(Surroundings surroundings)
    {
        var scope =
            new Option<string>(
                "--scope")
            {
                Description = "The scope of the cluster's API server. The default is "
                    + "AKS.",
                HelpName = "scope",
                DefaultValueFactory = _ => AksScope
            };
        var identity = new IdentityOptions();
        var command =
            new Command("exec-credential", "A credential plugin for kubectl: prints a token in the format that kubectl expects.") { scope };
        identity.AddTo(command);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var version = VersionAskedFor(surroundings.Environment.Variable(InfoVariable));
            var (token, _, _) =
                await identity.GetTokenAsync(
                    parsed,
                    surroundings,
                    parsed.GetValue(scope)!,
                    "Getting a token for the cluster",
                    cancellationToken).ConfigureAwait(false);
            var value = await PrintedToken.RevealAsync(surroundings, token).ConfigureAwait(false);
            await surroundings.Out.WriteLineAsync(JsonSerializer.Serialize(
                new ExecCredential(version, Kind, new ExecCredentialStatus(value, TokenCommand.Time(token.ExpiresOn))),
                ExecCredentialJson.Default.ExecCredential)).ConfigureAwait(false);
            return ExitCodes.Ok;
        });
        return command;
    }

    /// <summary>Reads KUBERNETES_EXEC_INFO. If it is not set, no Kubernetes client started the command, and no token is printed.</summary>
    private static string VersionAskedFor(string? info)
    {
        if (info is null)
        {
            throw new ToolException(
                $"{InfoVariable} is not set, so kubectl did not start this command.",
                "Name this command in kubeconfig (its help shows how). To look at the token: wid token --decode --scope " + AksScope);
        }

        using var document = StrictJson.Parse(Encoding.UTF8.GetBytes(info));
        if (document?.RootElement.Text("kind") != Kind)
        {
            throw new ToolException($"{InfoVariable} does not hold an {Kind}.", "kubectl sets it. Do not set it yourself.");
        }

        var version = document.RootElement.Text("apiVersion");
        return Versions.FirstOrDefault(known => known == version)
            ?? throw new ToolException(
                $"{InfoVariable} asks for a version that is not known here.",
                $"Set apiVersion in kubeconfig to {Versions[0]}; {Versions[1]} is for kubectl before 1.22.");
    }
}

internal sealed record ExecCredential(string ApiVersion, string Kind, ExecCredentialStatus Status);

internal sealed record ExecCredentialStatus(string Token, string ExpirationTimestamp);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(ExecCredential))]
internal sealed partial class ExecCredentialJson : JsonSerializerContext;
