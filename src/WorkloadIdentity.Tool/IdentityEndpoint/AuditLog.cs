using System.Collections.Concurrent;
using System.Globalization;

namespace WorkloadIdentity.Tool;

/// <summary>
/// What the endpoint tells the developer on standard error: each token that it gave away, each failure, and each kind of refusal once. It
/// never writes a token or the secret.
/// </summary>
internal sealed class AuditLog(Surroundings surroundings)
{
    // A caller can vary what a refusal quotes.
    private const int MostTold = 100;

    private readonly Lock _writing = new();
    private readonly ConcurrentDictionary<string, bool> _told = [];

    /// <summary>A line about the endpoint itself.</summary>
    public void Say(string text) => Write($"wid:  {text}");

    /// <summary>A token was given away.</summary>
    /// <param name="resource">The resource of the token.</param>
    /// <param name="process">The process that asked; null if it is not known.</param>
    public void Issued(string resource, int? process)
    {
        var caller = process is { } id ? string.Create(CultureInfo.InvariantCulture, $"process {id}") : "an unknown process";
        Write($"wid:  {TokenCommand.Time(surroundings.TimeProvider.GetUtcNow())} token for {resource} to {caller}");
    }

    /// <summary>A request was refused. Whoever sends the same wrong request a thousand times writes one line.</summary>
    public void Refused(EndpointRefusal refusal)
    {
        if (refusal.Failure is { } failure)
        {
            lock (_writing)
            {
                Wid.End(Screen.Error(surroundings), failure);
            }
        }
        else if (_told.Count < MostTold && _told.TryAdd(refusal.Message, true))
        {
            Write(string.Create(CultureInfo.InvariantCulture, $"wid:  refused a request ({refusal.Status}): {refusal.Message}"));
        }
    }

    private void Write(string line)
    {
        lock (_writing)
        {
            surroundings.Error.WriteLine(line);
        }
    }
}
