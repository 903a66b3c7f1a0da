namespace WorkloadIdentity.Tests;

public static class AwsAssertionSources
{
    extension(AssertionSource)
    {
        public static AssertionSource FromAws(Func<string, CancellationToken, ValueTask<string>> getWebIdentityToken) =>
            AssertionSource.FromCallback(
                (request, cancellationToken) => getWebIdentityToken(request.RequireAudience(), cancellationToken), "aws");
    }
}
