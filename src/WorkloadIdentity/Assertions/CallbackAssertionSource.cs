namespace WorkloadIdentity;

/// <summary>The assertions that a function of the application returns.</summary>
internal sealed class CallbackAssertionSource : AssertionSource
{
    private readonly Func<AssertionRequest, CancellationToken, ValueTask<string>> _callback;

    public CallbackAssertionSource(Func<AssertionRequest, CancellationToken, ValueTask<string>> callback, string name)
    {
        ArgumentNullException.ThrowIfNull(callback);
        _callback = callback;
        Name = Guard.Text(name, "The name of an assertion source", "build server");
    }

    public override string Name { get; }

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
