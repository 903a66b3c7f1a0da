using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.Serialization;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json.Serialization;

namespace WorkloadIdentity;

/// <summary>The verdict of an assertion source. Immutable. It never prints the assertion.</summary>
[DebuggerDisplay("{ToString(),nq}")]
public sealed class AssertionResult
{
    private AssertionResult(TokenVerdict verdict, string? assertion, TokenError? error, BoundCertificate? binding = null)
    {
        Verdict = verdict;
        Assertion = assertion;
        Error = error;
        Binding = binding;
    }

    /// <summary>The verdict.</summary>
    public TokenVerdict Verdict { get; }

    /// <summary>The assertion, if <see cref="Verdict"/> is <see cref="TokenVerdict.Issued"/>. A secret.</summary>
    [JsonIgnore]
    [IgnoreDataMember]
    [DebuggerBrowsable(DebuggerBrowsableState.Never)]
    public string? Assertion { get; }

    /// <summary>The certificate that the assertion is bound to; null for an ordinary one.</summary>
    internal BoundCertificate? Binding { get; }

    /// <summary>Why there is no assertion, unless <see cref="Verdict"/> is <see cref="TokenVerdict.Issued"/>.</summary>
    public TokenError? Error { get; }

    /// <summary>The source issued an assertion.</summary>
    /// <param name="jwt">The assertion as its issuer signed it (RFC 7519).</param>
    /// <exception cref="ArgumentException">
    /// <paramref name="jwt"/> is empty, or has something around it: <c>Bearer </c>, quotes, white space, JSON.
    /// </exception>
    public static AssertionResult Issued(string jwt) => Issued(jwt, binding: null);

    /// <summary>
    /// The source issued an assertion that is bound to a certificate, such as a bound token of another application. The token request
    /// presents that certificate in TLS.
    /// </summary>
    /// <param name="jwt">The assertion as its issuer signed it (RFC 7519).</param>
    /// <param name="bindingCertificate">With its private key. It must not be disposed while the token is in use.</param>
    /// <exception cref="ArgumentException">
    /// <paramref name="jwt"/> is empty or has something around it, or the certificate has no private key.
    /// </exception>
    [Experimental(BoundTokens.Diagnostic)]
    public static AssertionResult Issued(string jwt, X509Certificate2 bindingCertificate) =>
        Issued(jwt, BoundCertificate.Require(bindingCertificate, nameof(bindingCertificate)));

    internal static AssertionResult Issued(string jwt, BoundCertificate? binding)
    {
        ArgumentNullException.ThrowIfNull(jwt);
        return JwtForm.Wrapping(jwt) is { } stray
            ? throw new ArgumentException($"An assertion {stray}. Expected one JWT and nothing else.", nameof(jwt))
            : new AssertionResult(TokenVerdict.Issued, jwt, error: null, binding);
    }

    /// <summary>The source is not available here. A chain tries the next credential.</summary>
    public static AssertionResult Unavailable(TokenError error)
    {
        ArgumentNullException.ThrowIfNull(error);
        return new AssertionResult(TokenVerdict.Unavailable, assertion: null, error);
    }

    /// <summary>The source is available but could not issue an assertion. A chain stops.</summary>
    public static AssertionResult Failed(TokenError error)
    {
        ArgumentNullException.ThrowIfNull(error);
        return new AssertionResult(TokenVerdict.Failed, assertion: null, error);
    }

    /// <summary>The verdict and the error; never the assertion.</summary>
    public override string ToString() => Verdict == TokenVerdict.Issued ? "Issued: an assertion (hidden)" : $"{Verdict}: {Error}";
}
