using System.CommandLine;
using System.Globalization;
using System.Text.RegularExpressions;

namespace WorkloadIdentity.Tool;

/// <summary>
/// <c>wid token</c>: shows a token to a person or prints it for a script. It prints the value with <c>--raw</c> only.
/// </summary>
internal static partial class TokenCommand
{
    private const string DefaultVariable = "ACCESS_TOKEN";

    public static Command Create(Surroundings surroundings)
    {
        var scope = new Option<string>("--scope")
        {
            Description = "The scope of the token: a resource followed by /.default.",
            HelpName = "scope",
            Required = true,
        };
        var decode = new Option<bool>("--decode") { Description = "Show the token's header and claims, as JSON, without its signature." };
        var header = new Option<bool>("--header") { Description = "Write an Authorization header, for curl. Needs --raw." };
        var variable = new Option<string?>("--env")
        {
            Description = "Write NAME=value, for a shell or $GITHUB_ENV, and its expiry as NAME_EXPIRES_ON. Needs --raw. "
                + $"[default name: {DefaultVariable}]",
            HelpName = "name",
            Arity = ArgumentArity.ZeroOrOne,
        };
        var json = new Option<bool>("--json")
        {
            Description = "Write the token's properties as JSON (schema wid-token/1); with --raw its value too.",
        };
        var raw = new Option<bool>("--raw") { Description = "Print the value. Anyone who reads it can use it until it expires." };
        var all = new Option<bool>("--no-redact") { Description = "Show every claim, also those about people." };
        var identity = new IdentityOptions();
        var command = new Command("token", "Gets a token, to look at or for a script. The value is printed with --raw only.")
        {
            scope, decode, header, variable, json, raw, all,
        };
        identity.AddTo(command);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var form =
                Form(
                    parsed.GetValue(decode),
                    parsed.GetValue(header),
                    parsed.GetResult(variable) is not null,
                    parsed.GetValue(json),
                    parsed.GetValue(raw));
            var name = Name(parsed.GetValue(variable), form);
            var (token, request, chosen) =
                await identity.GetTokenAsync(parsed, surroundings, parsed.GetValue(scope)!, "Getting a token", cancellationToken)
                    .ConfigureAwait(false);
            var value = parsed.GetValue(raw) ? await PrintedToken.RevealAsync(surroundings, token).ConfigureAwait(false) : null;
            var redaction = new Redaction(chosen.Environment, isOn: !parsed.GetValue(all), chosen.Secrets);
            await surroundings.Out.WriteLineAsync(form switch
            {
                TokenForm.Header => $"Authorization: {token.TokenType} {value}",
                TokenForm.Variable => $"{name}={value}\n{name}_EXPIRES_ON={Time(token.ExpiresOn)}",
                TokenForm.Claims => TokenJson.Decoded(token, redaction),
                TokenForm.Json => TokenJson.Of(token, request.Scope, value, redaction),
                TokenForm.Value => value!,
                _ => Summary(token, request.Scope, surroundings.TimeProvider.GetUtcNow(), redaction),
            }).ConfigureAwait(false);
            return ExitCodes.Ok;
        });
        return command;
    }

    private static string Name(string? variable, TokenForm form) =>
        form != TokenForm.Variable || variable is null ? DefaultVariable
        : VariableName().IsMatch(variable) ? variable
        : throw new ToolException(
            "--env is not the name of a variable.",
            $"Use letters, digits and underscores, beginning with a letter, such as {DefaultVariable}.");

    private static TokenForm Form(bool decode, bool header, bool variable, bool json, bool raw)
    {
        TokenForm[] asked =
            [.. new (bool IsAsked, TokenForm Form)[] { (decode, TokenForm.Claims), (header, TokenForm.Header), (variable,
                TokenForm.Variable), (json, TokenForm.Json) }
            .Where(form => form.IsAsked).Select(form => form.Form)];
        return asked switch
        {
            { Length: > 1 } =>
                throw new ToolException("--decode, --header, --env and --json exclude each other.", "Use one of them."),
            [TokenForm.Header or TokenForm.Variable] when !raw =>
                throw new ToolException(
                    "--header and --env print the token's value, which needs --raw.",
                    "Add --raw if no log and no other person sees the output."),
            [TokenForm.Claims] when raw =>
                throw new ToolException(
                    "--decode and --raw exclude each other.", "Use one of them; --json --raw gives both."),
            [var only] => only,
            _ => raw ? TokenForm.Value : TokenForm.Summary,
        };
    }

    private static string Summary(AccessToken token, string scope, DateTimeOffset now, Redaction redaction)
    {
        var claims = UnverifiedJwt.TryRead(token.Value);
        return string.Create(CultureInfo.InvariantCulture, $"""
            scope        {redaction.Text(scope)}
            acquired by  {redaction.Text(token.AcquiredBy ?? "(unknown)")}
            type         {token.TokenType}
            audience     {(claims is null ? "(not a JWT this tool can read)" : redaction.Text(string.Join(", ", claims.Audiences)))}
            expires      {Time(token.ExpiresOn)}, in {FileExamination.Words(token.ExpiresOn - now)}
            value        (hidden; --raw prints it, --decode shows what it says)
            """);
    }

    internal static string Time(DateTimeOffset moment) =>
        moment.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    [GeneratedRegex(@"\A[A-Za-z_][A-Za-z0-9_]{0,127}\z", RegexOptions.CultureInvariant)]
    private static partial Regex VariableName();
}
