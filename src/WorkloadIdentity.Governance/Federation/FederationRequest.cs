namespace WorkloadIdentity.Governance;

/// <summary>
/// A workload that an application shall trust, by the tokens of its issuer. Issuer, subject and audience are compared exactly, letter case
/// and trailing slash included.
/// </summary>
public sealed class FederationRequest
{
    private const int Longest = 600;
    private const int LongestName = 120;

    /// <summary>A trust of an application in a workload.</summary>
    /// <param name="application">The client id of the application that the workload shall act as.</param>
    /// <param name="issuer">
    /// The issuer of the workload's tokens (<c>iss</c>), an https address. Plain http is for an emulator on a loopback address.
    /// </param>
    /// <param name="subject">The subject of the workload's tokens (<c>sub</c>).</param>
    public FederationRequest(ClientId application, string issuer, string subject)
    {
        Check(application.Value is { Length: > 0 }, nameof(application), "a client id");
        Check(
            issuer is { Length: > 0 and <= Longest } && !issuer.Any(char.IsControl)
                && Uri.TryCreate(issuer, UriKind.Absolute, out var address)
                && (address.Scheme == Uri.UriSchemeHttps || (address.Scheme == Uri.UriSchemeHttp && IsLoopback(address))),
            nameof(issuer),
            $"an https address of at most {Longest} characters, none of them a control character: Entra fetches its keys there");
        Check(
            subject is { Length: > 0 and <= Longest } && !subject.Any(char.IsControl),
            nameof(subject), $"a text of 1 to {Longest} characters, none of them a control character");
        (Application, Issuer, Subject) = (application, issuer, subject);
        Name = NameOf(subject);
    }

    /// <summary>The client id of the application.</summary>
    public ClientId Application { get; }

    /// <summary>The issuer.</summary>
    public string Issuer { get; }

    /// <summary>The subject.</summary>
    public string Subject { get; }

    /// <summary>The name of the federated credential, unique for the application. It cannot be changed later.</summary>
    /// <value>3 to 120 letters, digits, hyphens and underscores. The default is made of the subject.</value>
    public string Name
    {
        get;
        init
        {
            Check(
                value is { Length: >= 3 and <= LongestName } && char.IsAsciiLetterOrDigit(value[0])
                    && value.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '-' or '_'),
                nameof(Name), $"3 to {LongestName} letters, digits, hyphens and underscores, the first a letter or digit");
            field = value;
        }
    }

    /// <summary>The audience of the tokens (<c>aud</c>); null for the one of the tenant's cloud.</summary>
    public string? Audience { get; init; }

    /// <summary>A note for people; null for none.</summary>
    public string? Description { get; init; }

    /// <summary>An emulator's issuer.</summary>
    private static bool IsLoopback(Uri address) =>
        System.Net.IPAddress.TryParse(address.DnsSafeHost, out var ip) && System.Net.IPAddress.IsLoopback(ip);

    /// <summary>A name out of a subject: what is no letter or digit becomes a hyphen.</summary>
    private static string NameOf(string subject)
    {
        var letters = subject.Select(letter => char.IsAsciiLetterOrDigit(letter) ? letter : '-').ToArray();
        var name = string.Join('-', new string(letters).Split('-', StringSplitOptions.RemoveEmptyEntries));
        return name.Length < 3 ? $"federation-{name}".TrimEnd('-')
            : name.Length <= LongestName ? name
            : name[^LongestName..].TrimStart('-');
    }

    private static void Check(bool holds, string name, string expected)
    {
        if (!holds)
        {
            throw new ArgumentException($"{name} must be {expected}.", name);
        }
    }
}
