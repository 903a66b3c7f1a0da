using System.Diagnostics;
using System.Runtime.Serialization;
using System.Text.Json.Serialization;

namespace WorkloadIdentity;

/// <summary>One attempt to acquire a token: the request, and what is known about the moment.</summary>
public sealed class Acquisition
{
    /// <summary>An attempt at <paramref name="request"/>.</summary>
    public Acquisition(TokenRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        Request = request;
    }

    /// <summary>What is asked for.</summary>
    public TokenRequest Request { get; }

    /// <summary>The token an API rejected, when this attempt renews it.</summary>
    [DebuggerBrowsable(DebuggerBrowsableState.Never)]
    public AccessToken? Rejected { get; init; }

    /// <summary>The claims an API's challenge demanded, as a JSON object; null when none were.</summary>
    [JsonIgnore]
    [IgnoreDataMember]
    public string? Claims { get; init; }

    /// <summary>
    /// Whether other credentials wait behind this one, so that "is it here at all?" should be answered within about a second.
    /// </summary>
    public bool HasAlternatives { get; init; }

    /// <summary>The clock of the acquirer: durations are measured with it, and a token's expiry is counted from its time.</summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;

    /// <summary>
    /// Whether this attempt is made for a report: then nothing may be remembered of it. Whoever asks another credential passes it on.
    /// </summary>
    internal bool IsReport { get; init; }

    /// <summary>Where what a report needs to know is noted on the way; null when nobody reads it.</summary>
    internal ReportNotes? Notes { get; init; }

    internal RequestFeatures Features =>
        (Request.TenantId is null ? RequestFeatures.None : RequestFeatures.TenantId)
        | (Request.UserAssertion is null ? RequestFeatures.None : RequestFeatures.UserAssertion)
        | (Request.FmiPath is null ? RequestFeatures.None : RequestFeatures.FmiPath)
        | (Request.AgentUser is null ? RequestFeatures.None : RequestFeatures.AgentUser)
        | (Request.Binding == TokenBinding.Required ? RequestFeatures.Binding : RequestFeatures.None)
        | (Claims is null ? RequestFeatures.None : RequestFeatures.Claims);

    /// <summary>The same attempt, made by a member of a chain.</summary>
    internal Acquisition InChain(bool hasAlternatives) => HasAlternatives == hasAlternatives
        ? this
        : Copy(hasAlternatives, Notes);

    /// <summary>The same attempt with notes taken of it.</summary>
    internal Acquisition Noting(ReportNotes notes) => Copy(HasAlternatives, notes);

    private Acquisition Copy(bool hasAlternatives, ReportNotes? notes) =>
        new(Request)
        {
            Rejected = Rejected,
            Claims = Claims,
            TimeProvider = TimeProvider,
            HasAlternatives = hasAlternatives,
            IsReport = IsReport,
            Notes = notes,
        };
}
