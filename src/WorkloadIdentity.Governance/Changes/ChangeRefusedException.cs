namespace WorkloadIdentity.Governance;

/// <summary>
/// A change was not made, because it would do harm: it would remove the last valid credential, a policy forbids it, or something that the
/// plan depends on has changed. The message says what, and the next step.
/// </summary>
public sealed class ChangeRefusedException : Exception
{
    internal ChangeRefusedException(string message, Exception? innerException = null)
        : base(message, innerException)
    {
    }

    /// <summary>Whether nothing is wrong: the change can be made later.</summary>
    internal bool IsTooEarly { get; init; }
}
