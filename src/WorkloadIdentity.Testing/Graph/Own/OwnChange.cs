namespace WorkloadIdentity.Testing;

/// <summary>
/// Changes to the credentials of one application. Graph refuses a change while another one of the same object is under way, and for a
/// while after it.
/// </summary>
internal sealed class OwnChange
{
    private readonly Lock _gate = new();
    private DateTimeOffset _until = DateTimeOffset.MinValue;

    public GraphAnswer Make(GraphCall call, EmulatedGraphOptions options, Func<GraphAnswer> change)
    {
        if (!_gate.TryEnter())
        {
            throw Conflict();
        }

        try
        {
            if (call.Now < _until)
            {
                throw Conflict();
            }

            var answer = change();
            _until = call.Now + options.ConflictWindow;
            return answer;
        }
        finally
        {
            _gate.Exit();
        }
    }

    private static GraphErrorException Conflict() => new(
        409, "Directory_ConcurrencyViolation", "Unable to complete the request because the object is being changed by another request.");
}
