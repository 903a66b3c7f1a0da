using Microsoft.Extensions.Options;
using WorkloadIdentity;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>
/// Checks an identity's settings by making its credential. That sends nothing and reads no secret. The first request shows whether what the
/// settings name is present.
/// </summary>
internal sealed class IdentityValidator(IServiceProvider services) : IValidateOptions<WorkloadIdentityOptions>
{
    public ValidateOptionsResult Validate(string? name, WorkloadIdentityOptions options)
    {
        var problems = new List<string>();
        Try(problems, options, () => options.Acquirer.Checked());

        // A credential of the application replaces the plan, so missing settings do not matter.
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

                // An ignored member would mislead. One that must be picked is ignored in most environments anyway.
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
            // A parameter that begins with a capital is the name of a setting. Other names mean nothing to a reader of settings.
            var setting = exception.ParamName is { Length: > 0 } name && char.IsAsciiLetterUpper(name[0]) ? name : null;
            var where = string.Join(':', new[] { options.Section, setting }.OfType<string>());
            problems.Add(where.Length == 0 ? TokenError.Explain(exception) : $"{where} cannot be used. {TokenError.Explain(exception)}");
        }
    }
}
