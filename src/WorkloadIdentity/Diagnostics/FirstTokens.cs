using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace WorkloadIdentity;

/// <summary>Says once per credential and resource who a program turned out to be: the one line of a healthy start.</summary>
internal sealed class FirstTokens(ILogger logger)
{
    // A program talks to tens of resources; one that makes up thousands is not told about each.
    private const int MaxTold = 256;
    private readonly ConcurrentDictionary<(string? Credential, string Resource), bool> _told = new();

    public void Tell(string resource, AccessToken token)
    {
        if (_told.Count < MaxTold && _told.TryAdd((token.AcquiredBy, resource), true))
        {
            Log.FirstToken(logger, resource, token.AcquiredBy ?? "unnamed", token.Issuer ?? "unknown", token.ClientId ?? "unknown", token.ExpiresOn);
        }
    }
}
