using Microsoft.Extensions.Options;
using WorkloadIdentity;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>
/// Checks an identity's settings by making its credential, which asks nobody and reads no secret: whether what the settings name is present
/// shows at first use.
/// </summary>
internal sealed class IdentityValidator(IServiceProvider services) : IValidateOptions<WorkloadIdentityOptions>
{
    public ValidateOptionsResult Validate(string? name, WorkloadIdentityOptions options)
    {
        var problems = new List<string>();
        Try(problems, options, () => options.Acquirer.Checked());

        // A credential of the application's own replaces the plan, and with it whatever configuration lacks.
        if (options.CredentialFactory is null)
        {
            problems.AddRange(options.Problems);
            if (options.Plan is { } plan)
            {
                var dependencies = new CredentialDependencies(name ?? "", options, services);
                Try(problems, options, () => options.Planned = plan.Create(dependencies));
                if (options is { Acquirer.Store: not null, Planned: { Partition: null } planned })
                {
                    problems.Add(SharedTokens.Refusal(planned));
                }

                // A setting that is accepted and ignored helps nobody. One that waits to be picked is ignored in most environments anyway.
                if (problems.Count == 0 && !dependencies.HasDefaultChain
                    && options.Credentials.Members.FirstOrDefault(member => !member.OnlyWhenPicked) is { } left)
                {
                    problems.Add(
                        $"'{left.Kind}' was added to the default chain, and {plan.Description} uses none. Add it where the identity uses "
                            + "the default chain, or leave it out.");
                }
            }
            else if (options.Problems.Count == 0)
            {
                problems.Add("it is not registered. Call services.AddWorkloadIdentity.");
            }
        }

        return problems.Count == 0
            ? ValidateOptionsResult.Success
            : ValidateOptionsResult.Fail(problems.Select(problem => $"{RegisteredIdentity.Describe(name ?? "")}: {problem}"));
    }

    private static void Try(List<string> problems, WorkloadIdentityOptions options, Action check)
    {
        try
        {
            check();
        }
        catch (InvalidSettingsException exception)
        {
            problems.AddRange(exception.Problems);
        }
        catch (ArgumentException exception)
        {
            // Parameters in capitals are settings by that name; others say nothing to a reader of settings.
            var setting = exception.ParamName is { Length: > 0 } name && char.IsAsciiLetterUpper(name[0]) ? name : null;
            var where = string.Join(':', new[] { options.Section, setting }.OfType<string>());
            problems.Add(where.Length == 0 ? TokenError.Explain(exception) : $"{where} cannot be used. {TokenError.Explain(exception)}");
        }
    }
}
