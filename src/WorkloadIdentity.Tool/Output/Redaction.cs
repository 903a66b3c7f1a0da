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

    /// <summary>Whether personal data is hidden.</summary>
    public bool IsOn { get; }

    /// <summary>Untrusted text, on one line and without secrets.</summary>
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

    /// <summary>The same for text of several lines that this tool wrote.</summary>
    public string Lines(string text) =>
        string.Join(
            '\n',
            text.Split('\n').Select(line => line.Length - line.TrimStart().Length is var indent ? line[..indent] + Text(line) : line));

    public string? TextOrNull(string? text) => text is null ? null : Text(text);

    /// <summary>A URL without user name, password and query.</summary>
    public string Address(string text) => Uri.TryCreate(text, UriKind.Absolute, out var address) && address.Host.Length > 0
        ? Text(
            $"{address.Scheme}://{address.Authority}{(address.AbsolutePath == "/"
                ? ""
                : address.AbsolutePath)}{(address.UserInfo.Length > 0 ? " (with a user name or password, hidden)"
                : "")}{(address.Query.Length > 0 ? " (with a query, hidden)" : "")}")
        : UntrustedText.Hidden;

    /// <summary>The last filter for all output. It masks a secret of the environment that arrived by another way.</summary>
    public string Masked(string text)
    {
        foreach (var secret in _secrets)
        {
            text = text.Replace(secret, UntrustedText.Hidden, StringComparison.Ordinal);
        }

        return text;
    }

    /// <summary>The start of an id, long enough to distinguish two.</summary>
    public static string Short(string id) => id.Length <= 8 ? id : id[..8] + "…";

    [GeneratedRegex(@"[A-Za-z0-9._%+#-]{1,64}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63})+", RegexOptions.CultureInvariant)]
    private static partial Regex MailAddress();

    [GeneratedRegex(@"((?:/home/|/Users/|[A-Za-z]:\\Users\\))[^/\\'"" ]+", RegexOptions.CultureInvariant)]
    private static partial Regex HomeFolder();

    [GeneratedRegex(@"/subscriptions/([0-9A-Fa-f-]{36})", RegexOptions.CultureInvariant)]
    private static partial Regex Subscription();
}
