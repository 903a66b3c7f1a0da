namespace WorkloadIdentity.Tool;

/// <summary>Runs all checks: first the machine, then the connection to Entra, then every credential, then a token.</summary>
internal static class Examination
{
    public static async Task<DoctorReport> RunAsync(
        Surroundings surroundings, ChosenIdentity chosen, TokenRequest request, Redaction redaction, CancellationToken cancellationToken)
    {
        var network =
            await NetworkExamination.RunAsync(surroundings, chosen.Environment, redaction, cancellationToken).ConfigureAwait(false);
        var credential =
            await chosen.Credential.ReportAsync(
                new Acquisition(request) { IsReport = true, TimeProvider = surroundings.TimeProvider },
                cancellationToken).ConfigureAwait(false);

        // The report drops what it gets. What a program would hold is asked for as a program would.
        var result = credential.Verdict == TokenVerdict.Issued
            ? await chosen.Credential.AcquireAsync(new Acquisition(request) { TimeProvider = surroundings.TimeProvider }, cancellationToken)
                .ConfigureAwait(false)
            : null;
        var verdict = result?.Verdict ?? credential.Verdict;
        var error = result is null ? credential.Error : result.Error;
        var report = new DoctorReport
        {
            TakenOn = surroundings.TimeProvider.GetUtcNow(),
            Redacted = redaction.IsOn,
            ExitCode = ExitCodes.Of(verdict, error),
            Outcome = ExitCodes.Of(verdict, error) switch
            {
                ExitCodes.Ok => "ok",
                ExitCodes.NoCredential =>
                "no-credential",
                ExitCodes.TryAgain => "try-again",
                _ => "failed"
            },
            Identity = redaction.Text(chosen.Description),
            Scope = redaction.Text(request.Scope),
            Machine = MachineExamination.Run(surroundings, chosen.Environment, redaction),
            Environment = MachineExamination.Variables(chosen.Environment, redaction),
            Files = FileExamination.Run(surroundings, chosen.Environment, redaction),
            Network = network,
            Credential = CredentialExamination.Of(credential, redaction),
            Token = result?.Token is { } token ? Of(token, redaction) : null,
            Problems = [],
        };
        return report with { Problems = [.. Diagnosis.Of(report, error, redaction)] };
    }

    private static TokenFinding Of(AccessToken token, Redaction redaction)
    {
        var claims = ShownClaims.Of(token.Value, redaction);
        return new TokenFinding(
            redaction.TextOrNull(token.AcquiredBy),
            token.ExpiresOn,
            claims is null ? "It is not a JWT that this tool can read, so its claims are not shown." : null,
            claims);
    }
}
