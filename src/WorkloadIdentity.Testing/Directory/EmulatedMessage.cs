namespace WorkloadIdentity.Testing;

/// <summary>A message in the mailbox of an agent's user. Immutable.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Subject">The subject.</param>
/// <param name="From">The address of the sender.</param>
/// <param name="Body">The text.</param>
/// <param name="ReceivedOn">When it arrived.</param>
internal sealed record EmulatedMessage(string Id, string Subject, string From, string Body, DateTimeOffset ReceivedOn);
