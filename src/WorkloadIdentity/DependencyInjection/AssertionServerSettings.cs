using WorkloadIdentity;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>
/// Reads the sources that fetch an address or run a program. Whoever can write configuration could use this program's rights to do so.
/// Therefore each needs an option that only code can set.
/// </summary>
internal static class AssertionServerSettings
{
    private const string Url = "Url";
    private const string Headers = "Headers";
    private const string HeadersFromVariables = "HeadersFromVariables";
    private const string AudienceParameter = "AudienceParameter";
    private const string Command = "Command";
    private const string Arguments = "Arguments";
    private const string JsonField = "JsonField";
    private const string TimeLimit = "TimeLimit";

    public static IReadOnlyList<string> UrlNames { get; } = [Url, Headers, HeadersFromVariables, AudienceParameter, JsonField, TimeLimit];

    public static IReadOnlyList<string> CommandNames { get; } = [Command, Arguments, JsonField, TimeLimit];

    public static Func<CredentialDependencies, AssertionSource>? ReadUrl(SectionReader reader)
    {
        var audienceParameter = reader.Text(AudienceParameter);
        var jsonField = reader.Text(JsonField);
        var timeLimit = reader.Duration(TimeLimit);
        var headers = reader.Pairs(Headers);
        var headersFromVariables = reader.Pairs(HeadersFromVariables);
        if (reader.Text(Url) is null)
        {
            reader.Problem(Url, "is missing or empty. Set it to the address that answers with an assertion.");
            return null;
        }

        return reader.Address(Url) is { } address && reader.Check(
                Url,
                () => AssertionSource.FromUrl(
                    address, audienceParameter, jsonField, headers, headersFromVariables, timeLimit: timeLimit)) is { } source
            ? dependencies =>
                dependencies.Options.AllowAssertionUrl
                    ? source
                    : throw Forbidden("FederatedTokenUrl", "fetches from an address", nameof(WorkloadIdentityOptions.AllowAssertionUrl))
            : null;
    }

    public static Func<CredentialDependencies, AssertionSource>? ReadCommand(SectionReader reader)
    {
        var jsonField = reader.Text(JsonField);
        var timeLimit = reader.Duration(TimeLimit);
        var arguments = reader.Texts(Arguments);
        return reader.Required(Command, "Set it to the absolute path of the program that prints an assertion.") is { } command
            && reader.Check(Command, () => AssertionSource.FromCommand(command, arguments, jsonField, timeLimit)) is { } source
                ? dependencies =>
                    dependencies.Options.AllowAssertionCommand
                        ? source
                        : throw Forbidden("FederatedTokenCommand", "runs a program", nameof(WorkloadIdentityOptions.AllowAssertionCommand))
                : null;
    }

    private static ArgumentException Forbidden(string kind, string what, string option) =>
        new($"Kind {kind} {what} that configuration names, which code must allow: builder.Configure(options => options.{option} = true)");
}
