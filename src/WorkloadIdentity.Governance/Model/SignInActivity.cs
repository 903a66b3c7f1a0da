namespace WorkloadIdentity.Governance;

/// <summary>
/// When something signed in last. See
/// <see href="https://learn.microsoft.com/graph/api/resources/signinactivity">signInActivity</see>.
/// </summary>
public sealed class SignInActivity
{
    /// <summary>The last attempt, successful or not.</summary>
    public DateTimeOffset? LastSignInDateTime { get; init; }

    /// <summary>The last sign-in without a user at the screen.</summary>
    public DateTimeOffset? LastNonInteractiveSignInDateTime { get; init; }

    /// <summary>The last success.</summary>
    public DateTimeOffset? LastSuccessfulSignInDateTime { get; init; }

    /// <summary>The latest of the three; null if there is none.</summary>
    [System.Text.Json.Serialization.JsonIgnore]
    public DateTimeOffset? Latest => new[] { LastSignInDateTime, LastNonInteractiveSignInDateTime, LastSuccessfulSignInDateTime }.Max();
}
