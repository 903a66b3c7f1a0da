namespace WorkloadIdentity.Governance;

/// <summary>
/// Gets tokens with a new credential until Entra accepts it. Its servers learn of the credential one after the other, so it is accepted
/// once several requests in a row got a token.
/// </summary>
internal sealed class CredentialTrial(GraphClient graph, RotationOptions options)
{
    private const int Needed = 3;
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    /// <summary>Wrong secret; certificate not registered. That is what a server says which does not know the credential yet.</summary>
    private static readonly IReadOnlyList<long> NotYetKnown = [7000215, 700027];

    /// <exception cref="ChangeRefusedException">Entra refused it for another reason, or went on to refuse it.</exception>
    public async Task PassAsync(string tenantId, ClientId application, NewCredential credential, CancellationToken cancellationToken)
    {
        var time = graph.Options.TimeProvider;
        var client = new ApplicationCredential(
            tenantId, application.Value, credential.Authentication, options.ApplicationFor(graph.Endpoint));
        var request = new Acquisition(new TokenRequest(graph.Scope)) { TimeProvider = time };
        var start = time.GetTimestamp();
        for (var accepted = 0; ;)
        {
            var result = await client.AcquireAsync(request, cancellationToken).ConfigureAwait(false);
            accepted = result.Verdict == TokenVerdict.Issued ? accepted + 1 : 0;
            if (accepted == Needed)
            {
                return;
            }

            if (result.Error is { IsTransient: false } error && !error.EntraErrorCodes.Any(NotYetKnown.Contains))
            {
                throw new ChangeRefusedException(
                    $"Entra refuses tokens to the application, so the new {credential} was not written. {error.Message}");
            }

            if (time.GetElapsedTime(start) > options.AcceptanceTimeout)
            {
                throw new ChangeRefusedException(
                    $"Entra did not accept the new {credential} within {options.AcceptanceTimeout}, so it was not written. Run the same "
                        + $"command again: it removes this credential and adds another. {result.Error?.Message}".TrimEnd());
            }

            await Task.Delay(Longer(Pause, result.Error?.RetryAfter), time, cancellationToken).ConfigureAwait(false);
        }
    }

    private static TimeSpan Longer(TimeSpan pause, TimeSpan? asked) => asked > pause ? asked.Value : pause;
}
