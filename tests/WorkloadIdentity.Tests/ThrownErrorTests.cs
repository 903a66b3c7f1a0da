namespace WorkloadIdentity.Tests;

public sealed class ThrownErrorTests
{
    private const string Kept = "; it is kept as the inner exception.";

    public static TheoryData<Exception, TokenErrorKind, string> Thrown => new()
    {
        { new OperationCanceledException(), TokenErrorKind.TimedOut, "The robot was cut off by a time limit of its own." },
        { new TaskCanceledException(), TokenErrorKind.TimedOut, "The robot was cut off by a time limit of its own." },
        { new HttpRequestException("canary"), TokenErrorKind.Unreachable, "The robot threw HttpRequestException" + Kept },
        { new FileNotFoundException("canary"), TokenErrorKind.Unreachable, "The robot threw FileNotFoundException" + Kept },
        { new FormatException("canary"), TokenErrorKind.InvalidConfiguration, "The robot threw FormatException" + Kept },
    };

    [Theory]
    [MemberData(nameof(Thrown))]
    public void An_exception_is_kept_and_its_text_is_not_shown(Exception exception, TokenErrorKind kind, string message)
    {
        var error = ThrownError.Of(exception, "The robot");

        Assert.Equal((kind, message), (error.Kind, error.Message));
        Assert.Same(exception, error.Exception);
    }

    [Fact]
    public void The_error_of_an_acquisition_goes_on_as_it_is()
    {
        var error = new TokenError(TokenErrorKind.Refused, "No.");

        Assert.Same(error, ThrownError.Of(new TokenAcquisitionException(error), "The robot"));
    }

    [Fact]
    public void An_error_of_the_network_has_the_kind_that_the_caller_retries_or_not() =>
        Assert.Equal(
            (TokenErrorKind.InvalidConfiguration, false),
            ThrownError.Of(new IOException(), "The robot", TokenErrorKind.InvalidConfiguration) is var error
                ? (error.Kind, error.IsTransient)
                : default);
}
