using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;

namespace WorkloadIdentity.Tool;

/// <summary>Adds examples to the help of each command, each with its purpose.</summary>
internal sealed class HelpWithExamples(HelpAction help) : SynchronousCommandLineAction
{
    private static string[] ExamplesOf(string command) => command switch
    {
        "wid" =>
        [
            "Which identity am I, and why does it not work?",
            "  wid doctor",
            "Which identity does Microsoft Graph see?",
            "  wid token --scope https://graph.microsoft.com/.default --decode",
        ],
        "doctor" =>
        [
            "Check everything, and get a token for Microsoft Graph:",
            "  wid doctor",
            "The same for an API of your own, as the application that a file configures:",
            "  wid doctor --scope api://orders/.default --config appsettings.json:Identity",
            "Which identity does this pod's node have?",
            "  wid doctor --identity system",
            "In a script: 0 is a token, 3 no credential, 4 a credential that fails, 5 try again.",
            "  wid doctor --json > doctor.json || echo \"exit code $?\"",
        ],
        "token" =>
        [
            "Whose token is it, and what does it allow?",
            "  wid token --scope https://graph.microsoft.com/.default --decode",
            "Call an API:",
            "  curl -H \"$(wid token --scope api://orders/.default --header --raw)\" https://orders.example/",
            "Pass a token to the next steps of a GitHub Actions job; its log shows *** instead:",
            "  wid token --scope https://vault.azure.net/.default --env VAULT_TOKEN --raw >> \"$GITHUB_ENV\"",
        ],
        "explain" =>
        [
            "What does a code of Entra mean, and what can I do?",
            "  wid explain AADSTS700213",
            "What does the link at the end of an error mean?",
            "  wid explain federation-mismatch",
            "All there is:",
            "  wid explain",
        ],
        "emulator" =>
        [
            "Start a local Entra from a file; Ctrl+C stops it:",
            "  wid emulator emulator.json",
            "Run an unchanged program against it, without a file:",
            "  wid emulator --env-file entra.env & wid emulator --env-file entra.env --wait",
            "  set -a; . ./entra.env; set +a; dotnet run",
        ],
        _ => OfOtherPrograms(command),
    };

    /// <summary>The commands that other programs start, or that start other programs.</summary>
    private static string[] OfOtherPrograms(string command) => command switch
    {
        "exec-credential" =>
        [
            "kubectl runs this command; configure it in kubeconfig:",
            "  kubectl config set-credentials me --exec-api-version=client.authentication.k8s.io/v1 \\",
            "    --exec-command=wid --exec-arg=exec-credential --exec-interactive-mode=Never",
        ],
        "aws-credentials" =>
        [
            "AWS SDKs and the AWS CLI run this command; configure it in ~/.aws/config:",
            "  [profile orders]",
            "  credential_process = wid aws-credentials --role-arn arn:aws:iam::123456789012:role/orders --scope api://aws-orders/.default",
        ],
        "google-credentials" =>
        [
            "Google's libraries run this command; name it in the file of GOOGLE_APPLICATION_CREDENTIALS:",
            "  \"executable\": {",
            "    \"command\": \"/usr/local/bin/wid google-credentials --scope api://google-orders/.default\" }",
            "The whole file:",
            "  wid explain google#every-language",
        ],
        "identity" =>
        [
            "Run a program in any language as this identity. It gets tokens for Key Vault and nothing else:",
            "  wid identity --scope https://vault.azure.net/.default -- python app.py",
        ],
        _ => OfTenant(command),
    };

    /// <summary>The commands that read a tenant.</summary>
    private static string[] OfTenant(string command) => command switch
    {
        "inventory" =>
        [
            "Which workload identities does the tenant have?",
            "  wid inventory",
            "What breaks next, and who can reach what? A page to look at:",
            "  wid inventory --html report.html",
            "Which applications have no owner?",
            "  wid inventory --kind application --owner nobody --csv > ownerless.csv",
        ],
        "review" =>
        [
            "What is in danger, and what do I run?",
            "  wid review",
            $"In a pipeline: {ExitCodes.Found} if a finding is critical.",
            "  wid review --fail-on critical --sarif findings.sarif",
        ],
        "federate" =>
        [
            "Let the main branch of a repository act as an application. It shows what would change:",
            "  wid federate github --repository contoso/orders --branch main --app 6bf7ab3f-6a37-4f6d-9a3c-2ee0f1d1f8a3",
            "Trust the pod that runs this, and get its first token:",
            "  wid federate here --app 6bf7ab3f-6a37-4f6d-9a3c-2ee0f1d1f8a3 --apply",
        ],
        "what-if" =>
        [
            "Will Conditional Access block it from this address?",
            "  wid what-if --ip 203.0.113.7 orders-api",
            "And if it is at risk?",
            "  wid what-if --ip 203.0.113.7 --risk high orders-api",
        ],
        "rotate" =>
        [
            "Add a new certificate, and write it beside the program; then remove the old one when nothing uses it:",
            "  wid rotate start 6bf7ab3f-6a37-4f6d-9a3c-2ee0f1d1f8a3 --to-file /etc/orders/orders.pem --apply",
            "  wid rotate finish 6bf7ab3f-6a37-4f6d-9a3c-2ee0f1d1f8a3 --to-file /etc/orders/orders.pem --apply",
        ],
        "contain" =>
        [
            "What to do about an identity that may be compromised, in which order?",
            "  wid contain 6bf7ab3f-6a37-4f6d-9a3c-2ee0f1d1f8a3 --plan",
        ],
        _ => [],
    };

    public override int Invoke(ParseResult parseResult)
    {
        var code = help.Invoke(parseResult);
        if (ExamplesOf(parseResult.CommandResult.Command.Name) is { Length: > 0 } lines)
        {
            var output = parseResult.InvocationConfiguration.Output;
            output.WriteLine("Examples:");
            foreach (var line in lines)
            {
                output.WriteLine($"  {line}");
            }

            output.WriteLine();
            var name = parseResult.CommandResult.Command.Name;
            output.WriteLine($"More: {ToolException.Reference(name == "wid" ? name : $"wid#wid-{name}")}");
        }

        return code;
    }
}
