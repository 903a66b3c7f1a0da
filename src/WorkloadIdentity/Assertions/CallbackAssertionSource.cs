namespace WorkloadIdentity;

/// <summary>
/// A function that gets an assertion, for issuers there is no source for yet. Safe for concurrent use if the function is.
/// </summary>
public sealed class CallbackAssertionSource : AssertionSource
{
    private readonly Func<AssertionRequest, CancellationToken, ValueTask<string>> _callback;

    /// <summary>Gets assertions from <paramref name="callback"/>.</summary>
    /// <param name="callback">Returns a JWT that is valid now. Called for every token request; what it throws becomes the inner exception
    /// of the failure.</param>
    /// <param name="name">What it stands for in errors and logs, in lower case.</param>
    /// <exception cref="ArgumentException"><paramref name="name"/> is empty or holds a control character.</exception>
    public CallbackAssertionSource(
        Func<AssertionRequest, CancellationToken, ValueTask<string>> callback, string name = "assertion callback")
    {
        ArgumentNullException.ThrowIfNull(callback);
        _callback = callback;
        Name = Guard.Text(name, "The name of an assertion source", "build server");
    }

    /// <inheritdoc/>
    public override string Name { get; }

    /// <inheritdoc/>
    public override async ValueTask<AssertionResult> GetAssertionAsync(AssertionRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        var assertion = await _callback(request, cancellationToken).ConfigureAwait(false);
        return JwtForm.Wrapping(assertion) is { } stray
            ? AssertionResult.Failed(new TokenError(
                TokenErrorKind.InvalidConfiguration,
                $"The assertion source '{Name}' returned {(assertion is null ? "null" : $"text that {stray}")}. It must return one JWT.")
            {
                HelpAnchor = HelpAnchors.AssertionSource,
            })
            : AssertionResult.Issued(assertion);
    }
}
