using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;

namespace WorkloadIdentity.Tests;

/// <summary>
/// Checks the signature of a request as AWS does
/// (<see href="https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html">Signature Version 4</see>). It
/// was written from the description, and is held to AWS's published vectors.
/// </summary>
internal static partial class AwsSignature
{
    private const string Algorithm = "AWS4-HMAC-SHA256";
    private static readonly TimeSpan MostSkew = TimeSpan.FromMinutes(15);

    /// <summary>AWS's code for a request that it would refuse; null for one that is signed with the secret of its access key.</summary>
    /// <param name="request">The request.</param>
    /// <param name="secretOf">The secret of an access key; null for a key that does not exist.</param>
    /// <param name="region">The region of the server.</param>
    /// <param name="service">The service.</param>
    /// <param name="now">The server's clock.</param>
    public static string? Refusal(
        AwsRequest request, Func<string, string?> secretOf, string region, string service, DateTimeOffset now)
    {
        if (request.Header("Authorization") is not { } authorization)
        {
            return "MissingAuthenticationToken";
        }

        if (Form().Match(authorization) is not { Success: true } parts
            || request.Header("X-Amz-Date") is not { } date
            || !DateTimeOffset.TryParseExact(
                date, "yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var signedOn))
        {
            return "IncompleteSignature";
        }

        var signed = parts.Groups["headers"].Value.Split(';');
        string[] session = request.Header("X-Amz-Security-Token") is null ? [] : ["x-amz-security-token"];
        string[] required = ["host", "x-amz-date", .. session];
        var scope = $"{date[..8]}/{region}/{service}/aws4_request";
        if (required.Except(signed).Any() || parts.Groups["scope"].Value != scope || (now - signedOn).Duration() > MostSkew)
        {
            return "SignatureDoesNotMatch";
        }

        if (secretOf(parts.Groups["key"].Value) is not { } secret)
        {
            return "InvalidClientTokenId";
        }

        var text = $"{Algorithm}\n{date}\n{scope}\n{Hash(Canonical(request, signed))}";
        var key = new[] { date[..8], region, service, "aws4_request" }
            .Aggregate(Encoding.UTF8.GetBytes("AWS4" + secret), (key, part) => HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(part)));
        var expected = Convert.ToHexStringLower(HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(text)));
        return expected == parts.Groups["signature"].Value ? null : "SignatureDoesNotMatch";
    }

    private static string Canonical(AwsRequest request, string[] signed)
    {
        var target = request.Target.Split('?', 2);
        var headers = signed.Select(name =>
            $"{name}:{string.Join(',', request.Headers
                .Where(header => header.Name.Equals(name, StringComparison.OrdinalIgnoreCase))
                .Select(header => Spaces().Replace(header.Value.Trim(), " ")))}\n");
        return string.Join('\n',
            request.Method,
            Path(target[0]),
            target.Length > 1 ? Query(target[1]) : "",
            string.Concat(headers),
            string.Join(';', signed),
            Hash(request.Body));
    }

    private static string Path(string path)
    {
        var parts = new List<string>();
        foreach (var part in path.Split('/', StringSplitOptions.RemoveEmptyEntries).Where(part => part != "."))
        {
            if (part != "..")
            {
                parts.Add(Encode(part));
            }
            else if (parts.Count > 0)
            {
                parts.RemoveAt(parts.Count - 1);
            }
        }

        return parts.Count == 0 ? "/" : $"/{string.Join('/', parts)}{(path.EndsWith('/') ? "/" : "")}";
    }

    private static string Query(string query) => string.Join('&', query.Split('&', StringSplitOptions.RemoveEmptyEntries)
        .Select(pair => pair.Split('=', 2))
        .Select(pair => (
            Name: Encode(Uri.UnescapeDataString(pair[0])),
            Value: Encode(Uri.UnescapeDataString(pair.ElementAtOrDefault(1) ?? ""))))
        .OrderBy(pair => pair.Name, StringComparer.Ordinal).ThenBy(pair => pair.Value, StringComparer.Ordinal)
        .Select(pair => $"{pair.Name}={pair.Value}"));

    // Exactly the unreserved characters of RFC 3986 stay as they are.
    private static string Encode(string text) => Uri.EscapeDataString(text);

    private static string Hash(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));

    [GeneratedRegex(
        @"\AAWS4-HMAC-SHA256 Credential=(?<key>\w+)/(?<scope>[^,]+), ?SignedHeaders=(?<headers>[a-z0-9;-]+), ?"
            + @"Signature=(?<signature>[0-9a-f]{64})\z")]
    private static partial Regex Form();

    [GeneratedRegex(@"\s+")]
    private static partial Regex Spaces();
}

/// <summary>A request as it was sent, before anything of it was decoded.</summary>
internal sealed record AwsRequest(string Method, string Target, IReadOnlyList<(string Name, string Value)> Headers, string Body)
{
    public string? Header(string name) =>
        Headers.Where(header => header.Name.Equals(name, StringComparison.OrdinalIgnoreCase)).Select(header => header.Value)
            .FirstOrDefault();

    /// <summary>The form in the body.</summary>
    public IReadOnlyDictionary<string, string> Form { get; } = Body.Split('&', StringSplitOptions.RemoveEmptyEntries)
        .Select(pair => pair.Split('=', 2))
        .ToDictionary(
            pair => Uri.UnescapeDataString(pair[0].Replace('+', ' ')), pair => Uri.UnescapeDataString(pair[^1].Replace('+', ' ')));
}
