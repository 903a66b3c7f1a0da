namespace WorkloadIdentity;

/// <summary>Where tokens come from: one for all that a credential gets in the same way, because 100,000 of them may be held.</summary>
/// <param name="AcquiredBy">The credential, outermost first; null when no credential had its say yet.</param>
/// <param name="Issuer">Who answered: a host's name, IMDS, …</param>
/// <param name="ClientId">For which client.</param>
/// <param name="ProofEndsOn">When the certificate the application proved itself with expires; null when there was none.</param>
/// <param name="Binding">The certificate that the tokens are bound to; null for ordinary tokens.</param>
internal sealed record TokenOrigin(
    string? AcquiredBy, string? Issuer, string? ClientId, DateTimeOffset? ProofEndsOn, BoundCertificate? Binding = null)
{
    /// <summary>The same behind another credential: the one in <paramref name="last"/> where that says the same.</summary>
    public static TokenOrigin Of(TokenOrigin? inner, string credential, ref TokenOrigin? last)
    {
        if (last is { } known && known.Issuer == inner?.Issuer && known.ClientId == inner?.ClientId
            && known.ProofEndsOn == inner?.ProofEndsOn && ReferenceEquals(known.Binding, inner?.Binding)
            && IsBehind(known.AcquiredBy!, credential, inner?.AcquiredBy))
        {
            return known;
        }

        return last = new TokenOrigin(
            inner?.AcquiredBy is { } acquiredBy ? $"{credential}/{acquiredBy}" : credential,
            inner?.Issuer,
            inner?.ClientId,
            inner?.ProofEndsOn,
            inner?.Binding);
    }

    private static bool IsBehind(string whole, string credential, string? inner) => inner is null
        ? whole == credential
        : whole.Length == credential.Length + 1 + inner.Length && whole.StartsWith(credential, StringComparison.Ordinal)
            && whole[credential.Length] == '/' && whole.EndsWith(inner, StringComparison.Ordinal);
}
