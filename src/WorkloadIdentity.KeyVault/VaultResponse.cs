using System.Net.Http.Headers;

namespace WorkloadIdentity.KeyVault;

/// <summary>A response of a vault, read completely.</summary>
internal sealed class VaultResponse
{
    private VaultResponse(HttpResponseMessage response, DateTimeOffset receivedOn)
    {
        Status = (int)response.StatusCode;
        Challenge = response.Headers.WwwAuthenticate.FirstOrDefault(
            challenge => challenge.Scheme.Equals("Bearer", StringComparison.OrdinalIgnoreCase));
        RequestId = response.Headers.TryGetValues("x-ms-request-id", out var ids) ? ids.First() : null;

        // A date is measured from the vault's own clock, which may differ from ours.
        var retry = response.Headers.RetryAfter;
        RetryAfter = retry?.Delta ?? retry?.Date - (response.Headers.Date ?? receivedOn);
    }

    public int Status { get; }

    public bool IsSuccess => Status is >= 200 and < 300;

    /// <summary>The body; null if it is not readable JSON.</summary>
    public VaultAnswer? Answer { get; private init; }

    /// <summary>The vault's challenge for Bearer tokens; null if there is none that can be read.</summary>
    public AuthenticationHeaderValue? Challenge { get; }

    public TimeSpan? RetryAfter { get; }

    public string? RequestId { get; }

    /// <summary>Whether the requested item exists and is disabled. Another version may be enabled.</summary>
    public bool SaysDisabled =>
        Status == 403 && Answer?.Error?.InnerError?.Code is "SecretDisabled" or "CertificateDisabled" or "KeyDisabled";

    /// <summary>
    /// Reads a response. An error counts by its status and headers if its body is too large: the page of a gateway that is overloaded may
    /// be. A successful response that is too large is null.
    /// </summary>
    /// <exception cref="HttpRequestException">The connection broke.</exception>
    public static async ValueTask<VaultResponse?> ReadAsync(
        HttpResponseMessage response, int maxBytes, DateTimeOffset receivedOn, CancellationToken cancellationToken)
    {
        try
        {
            await response.Content.LoadIntoBufferAsync(maxBytes, cancellationToken).ConfigureAwait(false);
        }
        catch (HttpRequestException exception) when (exception.HttpRequestError == HttpRequestError.ConfigurationLimitExceeded)
        {
            return response.IsSuccessStatusCode ? null : new VaultResponse(response, receivedOn);
        }

        var body = await response.Content.ReadAsByteArrayAsync(cancellationToken).ConfigureAwait(false);
        return new VaultResponse(response, receivedOn) { Answer = VaultAnswer.Read(body) };
    }
}
