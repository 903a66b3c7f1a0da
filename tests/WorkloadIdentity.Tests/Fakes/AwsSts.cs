using System.Buffers.Text;
using System.Collections.Concurrent;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace WorkloadIdentity.Tests;

/// <summary>
/// A player of AWS STS: AssumeRoleWithWebIdentity and GetWebIdentityToken as AWS's API reference describes them, with its codes and texts.
/// It checks signatures (of requests, of tokens), every parameter and its range, and the trust of its roles. It never does what AWS would
/// refuse.
/// </summary>
internal sealed partial class AwsSts
{
    public const string Region = "eu-west-1";
    public const string AccessKey = "AKIDEXAMPLE";
    public const string SecretKey = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";

    /// <summary>The ARN of what <see cref="AccessKey"/> belongs to.</summary>
    public const string CallerArn = "arn:aws:iam::123456789012:role/shop/orders";

    private const string RequestId = "6f0d0f4e-0000-4000-8000-000000000001";
    private static readonly XNamespace Names = "https://sts.amazonaws.com/doc/2011-06-15/";

    private readonly ConcurrentQueue<AwsRequest> _requests = new();
    private readonly List<(string Issuer, string[] Audiences, RSA Key)> _providers = [];
    private readonly Dictionary<string, (string Issuer, string Audience, string Subject, TimeSpan Longest)> _roles = [];
    private int _sessions;

    public TimeProvider Clock { get; init; } = TimeProvider.System;

    /// <summary>How a signature's date is judged: the AWS SDK signs by the machine's clock.</summary>
    public TimeProvider SigningClock { get; init; } = TimeProvider.System;

    /// <summary>Signs an identity token for (subject, audience, lifetime); null while the account has the feature switched off.</summary>
    public Func<string, string, TimeSpan, string>? IdentityToken { get; set; }

    /// <summary>The code, status and text of the next answers in place of the right one.</summary>
    public Func<AwsRequest, (string Code, int Status, string Message)?> Refuses { get; set; } = _ => null;

    /// <summary>Whether the caller's policy has an action.</summary>
    public Func<string, bool> Allows { get; set; } = _ => true;

    public IReadOnlyList<AwsRequest> Requests => [.. _requests];

    public void AddProvider(string issuer, RSA key, params string[] audiences) => _providers.Add((issuer, audiences, key));

    public void AddRole(string arn, string issuer, string audience, string subject, TimeSpan? longest = null) =>
        _roles[arn] = (issuer, audience, subject, longest ?? TimeSpan.FromHours(1));

    public (int Status, string Xml) Answer(AwsRequest request)
    {
        _requests.Enqueue(request);
        try
        {
            if (Refuses(request) is { } refusal)
            {
                throw new Refused(refusal.Code, refusal.Status, refusal.Message);
            }

            Check(request.Method == "POST" && request.Target == "/", "InvalidAction", "Not a request of STS.");
            var form = new Dictionary<string, string>(request.Form);
            Check(Take(form, "Version") == "2011-06-15", "NoSuchVersion", "The requested version is not valid.");
            var xml = Take(form, "Action") switch
            {
                "AssumeRoleWithWebIdentity" => AssumeRole(request, form),
                "GetWebIdentityToken" => WebIdentityToken(request, form),
                var action => throw new Refused("InvalidAction", 400, $"Could not find operation {action} for version 2011-06-15"),
            };
            Check(form.Count == 0, "ValidationError", $"Unknown parameters: {string.Join(", ", form.Keys)}");
            return (200, xml);
        }
        catch (Refused refused)
        {
            return (refused.Status, Xml("ErrorResponse",
                new XElement(
                    Names + "Error", Element("Type", "Sender"), Element("Code", refused.Code), Element("Message", refused.Message)),
                Element("RequestId", RequestId)));
        }
    }

    private string AssumeRole(AwsRequest request, Dictionary<string, string> form)
    {
        Check(request.Header("Authorization") is null, "SignatureDoesNotMatch", "This request needs no signature, and had one.");
        var arn = Take(form, "RoleArn");
        var session = Take(form, "RoleSessionName");
        Check(
            SessionName().IsMatch(session), "ValidationError",
            Constraint(session, "roleSessionName", @"Member must satisfy regular expression pattern: [\w+=,.@-]*"));
        var duration = Seconds(form, "DurationSeconds", 900, 43200);
        form.Remove("Policy");
        var jwt = Take(form, "WebIdentityToken");
        var claims = Verify(jwt);
        Check(
            _roles.TryGetValue(arn, out var role) && role.Issuer == claims.Issuer && role.Audience == claims.Audience
                && role.Subject == claims.Subject,
            "AccessDenied", "Not authorized to perform sts:AssumeRoleWithWebIdentity", 403);
        Check(
            duration <= role.Longest,
            "ValidationError", "The requested DurationSeconds exceeds the MaxSessionDuration set for this role.");
        var number = Interlocked.Increment(ref _sessions);
        var name = arn.Split('/')[^1];
        return Result(
            "AssumeRoleWithWebIdentity",
            Element("Audience", claims.Audience),
            new XElement(
                Names + "AssumedRoleUser",
                Element("AssumedRoleId", $"AROAEXAMPLE:{session}"),
                Element("Arn", $"arn:aws:sts::123456789012:assumed-role/{name}/{session}")),
            Element("Provider", claims.Issuer),
            new XElement(
                Names + "Credentials",
                Element("AccessKeyId", $"ASIASESSION{number}"),
                Element("SecretAccessKey", $"secret/canary+{number}"),
                Element("SessionToken", $"session/token+canary{number}=="),
                Element("Expiration", Time(Clock.GetUtcNow() + duration))),
            Element("SubjectFromWebIdentityToken", claims.Subject));
    }

    private string WebIdentityToken(AwsRequest request, Dictionary<string, string> form)
    {
        if (AwsSignature.Refusal(request, key => key == AccessKey ? SecretKey : null, Region, "sts", SigningClock.GetUtcNow()) is { } code)
        {
            // AWS repeats the request, which holds the session token.
            throw new Refused(
                code, 403, $"The canonical string should have been 'x-amz-security-token:{request.Header("X-Amz-Security-Token")}'.");
        }

        var audiences = Members(form, "Audience.member.{0}").ToList();
        Check(
            audiences.Count is >= 1 and <= 10, "ValidationError",
            Constraint("", "audience", "Member must have length less than or equal to 10"));
        var algorithm = Take(form, "SigningAlgorithm");
        Check(
            algorithm is "RS256" or "ES384", "ValidationError",
            Constraint(algorithm, "signingAlgorithm", "Member must satisfy enum value set: [RS256, ES384]"));
        var duration = Seconds(form, "DurationSeconds", 60, 3600);
        var keys = Members(form, "Tags.member.{0}.Key").ToList();
        var values = Members(form, "Tags.member.{0}.Value").ToList();
        Check(keys.Count == values.Count, "ValidationError", "A tag has a key and a value.");
        Check(
            Allows("sts:GetWebIdentityToken") && (keys.Count == 0 || Allows("sts:TagGetWebIdentityToken")),
            "AccessDenied",
            $"User: {CallerArn} is not authorized to perform: sts:GetWebIdentityToken because no identity-based policy allows it", 403);
        Check(
            IdentityToken is not null, "OutboundWebIdentityFederationDisabledException",
            "Outbound web identity federation is not enabled for this account.", 400);
        Check(algorithm == "RS256", "ValidationError", "This player signs with RS256 alone.");
        return Result(
            "GetWebIdentityToken",
            Element("WebIdentityToken", IdentityToken!(CallerArn, audiences[0], duration)),
            Element("Expiration", Time(Clock.GetUtcNow() + duration)));
    }

    /// <summary>Issuer, audience and subject of a token that AWS would accept, for any role.</summary>
    private (string Issuer, string Audience, string Subject) Verify(string jwt)
    {
        var parts = jwt.Split('.');
        Check(
            parts.Length == 3, "InvalidIdentityToken",
            "The ID Token provided is not a valid JWT. (You may see this error if you sent an Access Token)");
        using var claims = JsonDocument.Parse(Base64Url.DecodeFromChars(parts[1]));
        string Text(string name) => claims.RootElement.GetProperty(name).GetString()!;
        var issuer = Text("iss");
        var provider = _providers.Find(provider => provider.Issuer == issuer);
        Check(provider.Key is not null, "InvalidIdentityToken", $"No OpenIDConnect provider found in your account for {issuer}");
        Check(
            provider.Key!.VerifyData(
                Encoding.ASCII.GetBytes($"{parts[0]}.{parts[1]}"), Base64Url.DecodeFromChars(parts[2]), HashAlgorithmName.SHA256,
                RSASignaturePadding.Pkcs1),
            "InvalidIdentityToken",
            "Couldn't retrieve verification key from your identity provider, please reference AssumeRoleWithWebIdentity documentation");
        var (now, end) = (Clock.GetUtcNow().ToUnixTimeSeconds(), claims.RootElement.GetProperty("exp").GetInt64());
        Check(now < end, "ExpiredTokenException", $"Token expired: current date/time {now} must be before the expiration date/time {end}");
        Check(provider.Audiences.Contains(Text("aud")), "InvalidIdentityToken", "Incorrect token audience");
        return (issuer, Text("aud"), Text("sub"));
    }

    private static string Result(string action, params XElement[] result) => Xml(
        $"{action}Response",
        new XElement(Names + $"{action}Result", result),
        new XElement(Names + "ResponseMetadata", Element("RequestId", RequestId)));

    private static string Xml(string name, params XElement[] content) =>
        new XElement(Names + name, content).ToString(SaveOptions.DisableFormatting);

    private static XElement Element(string name, string value) => new(Names + name, value);

    private static TimeSpan Seconds(Dictionary<string, string> form, string name, int least, int most)
    {
        var text = Take(form, name);
        var isNumber = int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds);
        Check(
            isNumber && seconds >= least && seconds <= most, "ValidationError",
            Constraint(text, "durationSeconds", $"Member must have value from {least} to {most}"));
        return TimeSpan.FromSeconds(seconds);
    }

    private static IEnumerable<string> Members(Dictionary<string, string> form, string pattern)
    {
        for (var number = 1; form.Remove(string.Format(CultureInfo.InvariantCulture, pattern, number), out var value); number++)
        {
            yield return value;
        }
    }

    private static string Take(Dictionary<string, string> form, string name) =>
        form.Remove(name, out var value) && value.Length > 0
            ? value
            : throw new Refused("ValidationError", 400, Constraint("null", name, "Member must not be null"));

    private static string Constraint(string value, string name, string constraint) =>
        $"1 validation error detected: Value '{value}' at '{name}' failed to satisfy constraint: {constraint}";

    private static void Check(bool holds, string code, string message, int status = 400)
    {
        if (!holds)
        {
            throw new Refused(code, status, message);
        }
    }

    private static string Time(DateTimeOffset moment) => moment.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    [GeneratedRegex(@"\A[\w+=,.@-]{2,64}\z")]
    private static partial Regex SessionName();

    private sealed class Refused(string code, int status, string message) : Exception(message)
    {
        public string Code { get; } = code;

        public int Status { get; } = status;
    }
}
