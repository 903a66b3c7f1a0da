namespace WorkloadIdentity.Governance;

/// <summary>How much harm a finding stands for. The greater value is the greater harm.</summary>
public enum FindingSeverity
{
    /// <summary>A fact to know; nothing to mend, or nothing that this review can judge.</summary>
    Note,

    /// <summary>Untidy: it costs work or hides other findings.</summary>
    Low,

    /// <summary>It makes an incident more likely, or worse.</summary>
    Medium,

    /// <summary>An incident is near: an outage within days, or a way to more power than is meant.</summary>
    High,

    /// <summary>Act today: someone else has the credential, or production stops.</summary>
    Critical,
}
