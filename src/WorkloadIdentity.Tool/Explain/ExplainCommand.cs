using System.CommandLine;
using System.Globalization;

namespace WorkloadIdentity.Tool;

/// <summary><c>wid explain</c>: shows the section of the pages about a code or an error, without a network.</summary>
internal static class ExplainCommand
{
    private const string CodePrefix = "AADSTS";
    private const int MostSuggestions = 5;
    private const string Punctuation = ".,:;!?()[]<>'\"`";

    public static Command Create(Surroundings surroundings)
    {
        var topic = new Argument<string?>("topic")
        {
            Description = "A code (AADSTS700213 or 700213), an OAuth error (invalid_client), the name that an error gives after "
                + "'wid explain', or a page. Without one: a list of all.",
            Arity = ArgumentArity.ZeroOrOne,
        };
        var command = new Command("explain", "Explains an error: what it means, what to check first, what to run.") { topic };
        command.SetAction(parsed =>
        {
            var (screen, pages) = (Screen.Out(surroundings), HelpPages.Read());
            if (parsed.GetValue(topic) is { } asked)
            {
                // A code is often copied with the punctuation of the message around it.
                Explain(asked.Trim().Trim([.. Punctuation]), screen, pages);
            }
            else
            {
                List(screen, pages);
            }

            return ExitCodes.Ok;
        });
        return command;
    }

    private static void Explain(string asked, Screen screen, HelpPages pages)
    {
        var text = new MarkdownText(screen, pages);
        if (asked is "401" or "403")
        {
            // What an API answers. Entra has no such codes.
            text.Write(pages.Find($"troubleshooting#the-api-answers-{asked}")!);
            return;
        }

        var code = asked.StartsWith(CodePrefix, StringComparison.OrdinalIgnoreCase) ? asked[CodePrefix.Length..] : asked;
        if (code.Length > 0 && code.All(char.IsAsciiDigit))
        {
            Explain(
                long.TryParse(code, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? EntraError.Find(number) : null,
                code, screen, text, pages);
        }
        else if (Find(asked, pages) is { } section)
        {
            text.Write(section);
        }
        else
        {
            throw Unknown(asked, pages);
        }
    }

    private static void Explain(EntraError? known, string code, Screen screen, MarkdownText text, HelpPages pages)
    {
        if (known is null)
        {
            throw new ToolException(
                $"{CodePrefix}{code} is not explained here.",
                $"{Suggestion($"{CodePrefix}{code}", [.. Codes])}Entra's own page: https://login.microsoftonline.com/error?code={code}",
                "errors");
        }

        screen.Line(($"{known.Name}: {known.Meaning}", ConsoleColor.Yellow));
        screen.Line();
        Row(screen, "Check first", known.Check);
        Row(screen, "Then", known.Fix);
        screen.Line();
        text.Write(pages.Error(HelpAnchors.For(TokenErrorKind.Refused, known.Category))!, withTables: false);
    }

    private static IEnumerable<string> Codes => EntraError.All.Values.Select(error => error.Name);

    private static void Row(Screen screen, string name, string value)
    {
        foreach (var line in Wrapped.Lines(value, $"  {name,-13}", new string(' ', 15)))
        {
            screen.Line(line);
        }
    }

    /// <summary>Accepts a name as errors, settings and code write it: client-secret, #client-secret, ClientSecret.</summary>
    private static HelpSection? Find(string asked, HelpPages pages)
    {
        var isPage = asked.Contains(".md", StringComparison.OrdinalIgnoreCase);
        var name = isPage ? asked : asked[(asked.LastIndexOf('.') + 1)..];
        var oauth = asked.ToLowerInvariant();
        return pages.Find(asked)
            ?? pages.Error(name)
            ?? (OAuthError.Category(oauth, oauth) is not TokenErrorCategory.None and var category
                ? pages.Error(HelpAnchors.For(TokenErrorKind.Refused, category))
                : null);
    }

    private static ToolException Unknown(string asked, HelpPages pages) => new(
        "There is no such code, error or page.",
        $"{Suggestion(asked, [.. pages.Sections.Select(section => section.Topic).Concat(OAuthError.Names).Concat(Codes).Distinct()])}"
            + "'wid explain' lists what there is.",
        "errors");

    /// <summary>The names that resemble it, the closest first; empty if none does.</summary>
    private static string Suggestion(string asked, IReadOnlyList<string> names)
    {
        var near = Mistake.Near(asked.ToLowerInvariant(), names).Take(MostSuggestions).ToList();
        return near.Count == 0 ? "" : $"Did you mean {string.Join(" or ", near)}? ";
    }

    private static void List(Screen screen, HelpPages pages)
    {
        screen.Line("wid explain <topic> shows one of these:");
        screen.Line();
        Row(screen, "AADSTS…", $"{EntraError.All.Count} of Entra's codes, such as AADSTS700213");
        Row(screen, "OAuth errors", string.Join(", ", OAuthError.Names));
        foreach (var section in pages.Sections.Where(section => section.Page == "errors" && section.Level < 3).Skip(1))
        {
            if (section.Level == 1)
            {
                screen.Heading(section.Title);
                continue;
            }

            screen.Line($"  {section.Topic}");
        }

        screen.Heading("Pages");
        foreach (var page in pages.Sections.DistinctBy(section => section.Page))
        {
            screen.Line($"  {page.Page,-37}{page.Title}");
        }
    }
}
