using System.Net;
using Polly;
using Polly.Retry;

namespace Worker;

/// <summary>
/// Retries what stumbles, for requests without a body. In a real worker this is <c>AddStandardResilienceHandler()</c>; where it stands is
/// what matters.
/// </summary>
internal sealed class ResilienceHandler : DelegatingHandler
{
    private static readonly ResiliencePipeline<HttpResponseMessage> Pipeline = new ResiliencePipelineBuilder<HttpResponseMessage>()
        .AddRetry(new RetryStrategyOptions<HttpResponseMessage>
        {
            MaxRetryAttempts = 3,
            Delay = TimeSpan.FromMilliseconds(100),
            BackoffType = DelayBackoffType.Exponential,
            ShouldHandle = arguments =>
                ValueTask.FromResult(
                    arguments.Outcome.Exception is HttpRequestException
                        || arguments.Outcome.Result is { StatusCode: HttpStatusCode.ServiceUnavailable }),
        })
        .Build();

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
        await Pipeline.ExecuteAsync(async token => await base.SendAsync(request, token), cancellationToken);
}
