using System.Globalization;
using Microsoft.Extensions.Configuration;
using WorkloadIdentity;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>
/// Reads the settings of one configuration section and notes problems. A problem names its setting and never quotes the value, which may
/// be a secret, or a secret in the wrong place.
/// </summary>
internal sealed class SectionReader(IConfiguration section, List<string> problems)
{
    private const int MaxShown = 5;

    /// <summary>The path of the section; empty for the root.</summary>
    public string Path { get; } = (section as IConfigurationSection)?.Path ?? "";

    public int ProblemCount => problems.Count;

    /// <summary>A reader of the same section that notes its problems in another list.</summary>
    public SectionReader WithProblems(List<string> other) => new(section, other);

    /// <summary>Whether the configuration has no such section, or one without settings. The root is always there.</summary>
    public bool IsMissing => section is IConfigurationSection { Value: null or "" } named && !named.GetChildren().Any();

    public void Problem(string name, string problem) => problems.Add($"{PathOf(name)} {problem}");

    /// <summary>What is wrong with the section as a whole.</summary>
    public void SectionProblem(string problem) => problems.Add($"{Path} {problem}");

    /// <summary>Whether all settings of the section are among the known ones.</summary>
    public bool HasOnly(IReadOnlyCollection<string> known) =>
        section.GetChildren().All(child => known.Contains(child.Key, StringComparer.OrdinalIgnoreCase));

    /// <summary>A value; null if it is absent or empty.</summary>
    public string? Text(string name) => section[name] is { Length: > 0 } value ? value : null;

    /// <summary>Whether a value is there and empty: a placeholder that nothing filled in, rather than a setting left out.</summary>
    public bool IsEmpty(string name) => section[name] is { Length: 0 };

    public string? Required(string name, string advice)
    {
        var value = Text(name);
        if (value is null)
        {
            Problem(name, $"is missing or empty. {advice}");
        }

        return value;
    }

    public bool? Flag(string name) => Parsed<bool>(name, bool.TryParse, "true or false");

    public int? Number(string name) =>
        Parsed(
            name,
            (string text, out int value) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out value),
            "a whole number, such as 1000");

    public TimeSpan? Duration(string name) =>
        Parsed(
            name,
            (string text, out TimeSpan value) => TimeSpan.TryParseExact(text, "c", CultureInfo.InvariantCulture, out value),
            "a time as hours:minutes:seconds, such as 00:02:00");

    public Uri? Address(string name, string example = "https://login.microsoftonline.com/")
    {
        if (Text(name) is not { } text)
        {
            return null;
        }

        if (!Guard.HasControlCharacter(text) && Uri.TryCreate(text, UriKind.Absolute, out var address))
        {
            return address;
        }

        Problem(name, $"is not an absolute URL. Expected something like {example}.");
        return null;
    }

    /// <summary>A list, or one value.</summary>
    public List<string> Texts(string name)
    {
        if (Text(name) is { } one)
        {
            return [one];
        }

        var items = new List<string>();
        foreach (var item in section.GetSection(name).GetChildren())
        {
            if (string.IsNullOrEmpty(item.Value))
            {
                problems.Add($"{item.Path} is empty or not a text. {PathOf(name)} is a list of texts.");
            }
            else
            {
                items.Add(item.Value);
            }
        }

        return items;
    }

    public List<string> Tenants(string name)
    {
        var tenants = Texts(name);
        foreach (var tenant in tenants)
        {
            if (tenant != "*" && TenantId.Problem(tenant) is { } problem)
            {
                Problem(name, $"contains a value that is neither a tenant nor *. {problem}");
            }
        }

        return tenants;
    }

    /// <summary>Names with their values. The application chooses the names.</summary>
    public List<KeyValuePair<string, string>> Pairs(string name)
    {
        if (Text(name) is not null)
        {
            Problem(name, "is a text. Expected names with their values.");
        }

        var pairs = new List<KeyValuePair<string, string>>();
        foreach (var child in section.GetSection(name).GetChildren())
        {
            if (string.IsNullOrEmpty(child.Value))
            {
                problems.Add($"{child.Path} is empty or not a text.");
            }
            else
            {
                pairs.Add(new(child.Key, child.Value));
            }
        }

        return pairs;
    }

    /// <summary>A section below this one.</summary>
    public SectionReader Section(string name) => new(section.GetSection(name), problems);

    /// <summary>The members of a list of sections.</summary>
    public List<SectionReader> Sections(string name) =>
        [.. section.GetSection(name).GetChildren().Select(child => new SectionReader(child, problems))];

    /// <summary>Makes something of a value. An <see cref="ArgumentException"/> becomes a problem of the setting.</summary>
    public T? Check<T>(string name, Func<T> make)
        where T : class
    {
        try
        {
            return make();
        }
        catch (ArgumentException exception)
        {
            Problem(name, $"cannot be used. {TokenError.Explain(exception)}");
            return null;
        }
    }

    /// <summary>An unknown setting is an error, because a misspelt one would be ignored silently.</summary>
    public void RefuseOthers(IReadOnlyCollection<string> known, string kind)
    {
        var others =
            section.GetChildren().Where(child => !known.Contains(child.Key, StringComparer.OrdinalIgnoreCase)).Select(child => child.Path)
                .ToList();
        if (others.Count > 0)
        {
            // If the whole configuration was passed instead of a section, a few names are enough.
            var shown = string.Join(", ", others.Take(MaxShown)) + (others.Count > MaxShown ? $" and {others.Count - MaxShown} more" : "");
            problems.Add(
                $"{shown} {(others.Count == 1
                    ? "is not a setting"
                    : "are not settings")} of kind {kind}. It has: {string.Join(", ", known)}.");
        }
    }

    private T? Parsed<T>(string name, TryParse<T> tryParse, string expected)
        where T : struct
    {
        if (Text(name) is not { } text)
        {
            return null;
        }

        if (tryParse(text, out var value))
        {
            return value;
        }

        Problem(name, $"is not {expected}.");
        return null;
    }

    public string PathOf(string name) => Path.Length == 0 ? name : $"{Path}:{name}";

    private delegate bool TryParse<T>(string text, out T value);
}
