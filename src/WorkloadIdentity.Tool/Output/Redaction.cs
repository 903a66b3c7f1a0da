using System.Text.RegularExpressions;

namespace WorkloadIdentity.Tool;

/// <summary>
/// What may be shown. Secrets, tokens and assertions never are, whatever is asked for. What names or finds a person (user names, mail
/// addresses, home folders, the address of a machine, what a token says of its user) and subscription ids are hidden unless they are asked
/// for. Tenant and client ids, Entra's hosts, and issuer, subject and audience of a workload's assertion stay: a ticket is about them.
/// </summary>
internal sealed partial class Redaction
{
    private const int ShortestSecret = 6;

    private readonly string[] _secrets;
    private readonly string? _home;

    public Redaction(WorkloadEnvironment environment, bool isOn, IEnumerable<string>? more = null)
    {
        IsOn = isOn;
        _home = environment.Variable("HOME") ?? environment.Variable("USERPROFILE");

        // The longest first: one secret may be part of another.
        _secrets =
            [.. KnownVariables.All.Where(variable => variable.IsSecret).Select(variable => environment.Variable(variable.Name))
                .OfType<string>()
            .Concat(more ?? [])
            .SelectMany(secret => new[] { secret, secret.Trim(), Uri.EscapeDataString(secret) })
            .Where(secret => secret.Length >= ShortestSecret)
            .Distinct()
            .OrderByDescending(secret => secret.Length)];
    }

    /// <summary>Whether what belongs to people is hidden.</summary>
    public bool IsOn { get; }

    /// <summary>Text that may hold something of a stranger's: on one line, without secrets.</summary>
    public string Text(string text)
    {
        text = UntrustedText.Plain(Masked(text), maxLength: 4096) ?? "";
        if (!IsOn)
        {
            return text;
        }

        if (_home is { Length: > 1 })
        {
            text = text.Replace(_home.TrimEnd('/', '\\'), "~", StringComparison.Ordinal);
        }

        text = MailAddress().Replace(text, UntrustedText.Hidden);
        text = HomeFolder().Replace(text, "$1" + UntrustedText.Hidden);
        return Subscription().Replace(text, match => $"/subscriptions/{Short(match.Groups[1].Value)}");
    }

    /// <summary>The same for text of several lines that was made here.</summary>
    public string Lines(string text) =>
        string.Join(
            '\n',
            text.Split('\n').Select(line => line.Length - line.TrimStart().Length is var indent ? line[..indent] + Text(line) : line));

    public string? TextOrNull(string? text) => text is null ? null : Text(text);

    /// <summary>An address without the user name and password some people put into it, and without what follows the host.</summary>
    public string Address(string text) => Uri.TryCreate(text, UriKind.Absolute, out var address) && address.Host.Length > 0
        ? Text(
            $"{address.Scheme}://{address.Authority}{(address.AbsolutePath == "/"
                ? ""
                : address.AbsolutePath)}{(address.UserInfo.Length > 0 ? " (with a user name or password, hidden)"
                : "")}{(address.Query.Length > 0 ? " (with a query, hidden)" : "")}")
        : UntrustedText.Hidden;

    /// <summary>The last thing everything goes through: a secret of the environment that found another way is stopped here.</summary>
    public string Masked(string text)
    {
        foreach (var secret in _secrets)
        {
            text = text.Replace(secret, UntrustedText.Hidden, StringComparison.Ordinal);
        }

        return text;
    }

    /// <summary>Enough of an id to tell two apart.</summary>
    public static string Short(string id) => id.Length <= 8 ? id : id[..8] + "…";

    [GeneratedRegex(@"[A-Za-z0-9._%+#-]{1,64}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63})+", RegexOptions.CultureInvariant)]
    private static partial Regex MailAddress();

    [GeneratedRegex(@"((?:/home/|/Users/|[A-Za-z]:\\Users\\))[^/\\'"" ]+", RegexOptions.CultureInvariant)]
    private static partial Regex HomeFolder();

    [GeneratedRegex(@"/subscriptions/([0-9A-Fa-f-]{36})", RegexOptions.CultureInvariant)]
    private static partial Regex Subscription();
}
