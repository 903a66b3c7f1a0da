namespace WorkloadIdentity.Spiffe;

/// <summary>Adds SPIFFE to the assertion sources, as <c>AssertionSource.Spiffe()</c>.</summary>
public static class SpiffeAssertionSources
{
    extension(AssertionSource)
    {
        /// <summary>
        /// Gets JWT-SVIDs from the SPIFFE Workload API, such as that of a SPIRE agent, a new one at each use. The agent recognises this
        /// process, so there is no secret. Entra accepts a JWT-SVID only if it is signed with RS256 and if the trust domain publishes its
        /// keys (SPIRE: <c>jwt_key_type = "rsa-2048"</c>, <c>jwt_issuer</c> and the OIDC discovery provider). See
        /// <see href="https://github.com/spiffe/spiffe/blob/main/standards/SPIFFE_Workload_API.md">SPIFFE Workload API</see>. Safe for
        /// concurrent use.
        /// </summary>
        /// <param name="spiffeId">
        /// The identity to ask for, such as <c>spiffe://example.org/orders</c>. Null asks for all identities of this process and uses the
        /// first one, which is the default one (SPIFFE Workload API, section 6).
        /// </param>
        /// <param name="hint">
        /// Uses the first identity with this hint of the operator, for a process that has several. Null ignores hints.
        /// </param>
        /// <param name="endpoint">
        /// The agent's address: <c>unix:///run/spire/agent.sock</c> or <c>tcp://127.0.0.1:8000</c>, and no other form. Null uses the
        /// variable <c>SPIFFE_ENDPOINT_SOCKET</c>, read at each use. Without it the source is unavailable.
        /// </param>
        /// <param name="timeLimit">
        /// How long the agent may take for one answer: more than zero, at most five minutes; null means 10 seconds.
        /// <see cref="RetryOptions.AttemptTimeout"/> of the credential applies as well.
        /// </param>
        /// <exception cref="ArgumentException">
        /// <paramref name="spiffeId"/> is not a SPIFFE ID, <paramref name="hint"/> is empty, <paramref name="endpoint"/> is not such an
        /// address, or <paramref name="timeLimit"/> is out of range.
        /// </exception>
        public static AssertionSource Spiffe(
            string? spiffeId = null, string? hint = null, string? endpoint = null, TimeSpan? timeLimit = null) =>
            new SpiffeAssertionSource(spiffeId, hint, endpoint, timeLimit);
    }
}
