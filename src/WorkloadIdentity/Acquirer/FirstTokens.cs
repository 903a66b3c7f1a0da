using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace WorkloadIdentity;

/// <summary>Says once per credential and resource who a program turned out to be: the one line of a healthy start.</summary>
internal sealed class FirstTokens(ILogger logger)
{
    // A program talks to tens of resources; one that makes up thousands is not told about each.
    private const int MaxTold = 256;
    // One text as the key: a dictionary of value tuples is compiled for this alone, when a program starts. A resource holds no space.
    private readonly ConcurrentDictionary<string, FirstTokens> _told = new();

    public void Tell(string resource, AccessToken token)
    {
        if (_told.Count < MaxTold && _told.TryAdd($"{resource} {token.AcquiredBy}", this))
        {
            Log.FirstToken(
                logger, resource, token.AcquiredBy ?? "unnamed", token.Issuer ?? "unknown", token.ClientId ?? "unknown", token.ExpiresOn);
        }
    }
}
