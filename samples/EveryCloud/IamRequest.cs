using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace EveryCloudSample;

/// <summary>
/// Requests to IAM, signed by hand (Signature Version 4): Ceph speaks an older form than the AWS SDK's own IAM client.
/// </summary>
internal sealed class IamRequest(Uri endpoint, string accessKey, string secret) : IDisposable
{
    private const string Scope = "us-east-1/iam/aws4_request";
    private const string MediaType = "application/x-www-form-urlencoded";

    private readonly HttpClient _http = new();

    public async Task SendAsync(string action, params IEnumerable<(string Name, string Value)> parameters)
    {
        var body = string.Join('&', parameters.Prepend(("Version", "2010-05-08")).Prepend(("Action", action))
            .Select(parameter => $"{parameter.Item1}={Uri.EscapeDataString(parameter.Item2)}"));
        var date = TimeProvider.System.GetUtcNow().ToString("yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture);
        using var message = new HttpRequestMessage(HttpMethod.Post, endpoint)
        {
            Content = new StringContent(body, Encoding.UTF8, MediaType),
        };
        message.Content.Headers.ContentType!.CharSet = null;
        message.Headers.Add("x-amz-date", date);
        message.Headers.Add("x-amz-content-sha256", Hash(body));
        message.Headers.TryAddWithoutValidation("Authorization", Sign(body, date));
        using var response = await _http.SendAsync(message);
        if (!response.IsSuccessStatusCode)
        {
            throw new InvalidOperationException(
                $"{action} was refused ({(int)response.StatusCode}): {await response.Content.ReadAsStringAsync()}");
        }
    }

    public void Dispose() => _http.Dispose();

    private string Sign(string body, string date)
    {
        const string Signed = "content-type;host;x-amz-content-sha256;x-amz-date";
        var request =
            $"POST\n/\n\ncontent-type:{MediaType}\nhost:{endpoint.Authority}\nx-amz-content-sha256:{Hash(body)}\nx-amz-date:{date}\n\n"
                + $"{Signed}\n{Hash(body)}";
        var text = $"AWS4-HMAC-SHA256\n{date}\n{date[..8]}/{Scope}\n{Hash(request)}";
        var key = Scope.Split('/').Prepend(date[..8]).Aggregate(
            Encoding.UTF8.GetBytes("AWS4" + secret), (key, part) => HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(part)));
        var signature = Convert.ToHexStringLower(HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(text)));
        return $"AWS4-HMAC-SHA256 Credential={accessKey}/{date[..8]}/{Scope}, SignedHeaders={Signed}, Signature={signature}";
    }

    private static string Hash(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));
}
