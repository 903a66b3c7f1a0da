using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Http;

namespace WorkloadIdentity.Tool;

/// <summary>Writes answers in the form of App Service, api-version 2019-08-01. Every value of a token's answer is a string there.</summary>
internal static class EndpointAnswer
{
    public static Task WriteAsync(
        HttpResponse response, AccessToken token, TokenSubject subject, string resource, CancellationToken cancellationToken) =>
        WriteAsync(
            response,
            StatusCodes.Status200OK,
            JsonSerializer.SerializeToUtf8Bytes(
                new IssuedAnswer(
                    token.Value,
                    subject.ClientId,
                    Seconds(token.ExpiresOn)!,
                    Seconds(UnverifiedJwt.TryRead(token.Value)?.NotBefore),
                    resource,
                    token.TokenType),
                EndpointJson.Default.IssuedAnswer),
            cancellationToken);

    public static Task WriteAsync(HttpResponse response, EndpointRefusal refusal, string correlationId, CancellationToken cancellationToken)
    {
        if (refusal.Status == StatusCodes.Status405MethodNotAllowed)
        {
            response.Headers.Allow = HttpMethods.Get;
        }

        if (refusal.RetryAfter is { } delay)
        {
            response.Headers.RetryAfter = Math.Ceiling(delay.TotalSeconds).ToString(CultureInfo.InvariantCulture);
        }

        return WriteAsync(
            response,
            refusal.Status,
            JsonSerializer.SerializeToUtf8Bytes(
                new RefusedAnswer(refusal.Status, refusal.Message, correlationId), EndpointJson.Default.RefusedAnswer),
            cancellationToken);
    }

    private static async Task WriteAsync(HttpResponse response, int status, byte[] json, CancellationToken cancellationToken)
    {
        response.StatusCode = status;
        response.ContentType = "application/json; charset=utf-8";
        response.ContentLength = json.Length;
        response.Headers.CacheControl = "no-store";
        await response.Body.WriteAsync(json, cancellationToken).ConfigureAwait(false);
    }

    private static string? Seconds(DateTimeOffset? moment) => moment?.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
}

internal sealed record IssuedAnswer(
    [property: JsonPropertyName("access_token")] string AccessToken,
    [property: JsonPropertyName("client_id")] string? ClientId,
    [property: JsonPropertyName("expires_on")] string ExpiresOn,
    [property: JsonPropertyName("not_before")] string? NotBefore,
    [property: JsonPropertyName("resource")] string Resource,
    [property: JsonPropertyName("token_type")] string TokenType);

internal sealed record RefusedAnswer(
    [property: JsonPropertyName("statusCode")] int StatusCode,
    [property: JsonPropertyName("message")] string Message,
    [property: JsonPropertyName("correlationId")] string CorrelationId);

[JsonSourceGenerationOptions(DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(IssuedAnswer))]
[JsonSerializable(typeof(RefusedAnswer))]
internal sealed partial class EndpointJson : JsonSerializerContext;
