using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Primitives;
using WorkloadIdentity;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>
/// Logs a warning if a reload changes settings that the identity read at start: a reload changes secrets, never the identity. The warning
/// names the settings and no values.
/// </summary>
internal sealed class SectionWatch : IDisposable
{
    // Read at each use, so a change is already in effect.
    private const string Reloading = "ClientSecret";

    private readonly IConfiguration _section;
    private readonly string _name;
    private readonly ILogger? _logger;
    private readonly Lock _gate = new();
    private readonly IDisposable _changes;
    private readonly Dictionary<string, string?> _inForce;
    private string _lastTold = "";

    public SectionWatch(IConfiguration section, string name, ILoggerFactory? loggers)
    {
        _section = section;
        _name = name;
        _logger = loggers?.CreateLogger(Log.Category);
        _inForce = Read();
        _changes = ChangeToken.OnChange(section.GetReloadToken, Compare);
    }

    public void Dispose() => _changes.Dispose();

    private void Compare()
    {
        string changed;
        lock (_gate)
        {
            var now = Read();
            changed = string.Join(", ", _inForce.Keys.Union(now.Keys, StringComparer.OrdinalIgnoreCase)
                .Where(key => _inForce.GetValueOrDefault(key) != now.GetValueOrDefault(key)).Order(StringComparer.OrdinalIgnoreCase));
            if (changed == _lastTold)
            {
                // Configuration sources report one change of a file several times, and changes of other sections too.
                return;
            }

            _lastTold = changed;
        }

        if (changed.Length > 0 && _logger is not null)
        {
            Log.SettingsChanged(_logger, RegisteredIdentity.Describe(_name), changed);
        }
    }

    private Dictionary<string, string?> Read() => _section.AsEnumerable()
        .Where(setting =>
            !string.IsNullOrEmpty(setting.Value)
                && !ConfigurationPath.GetSectionKey(setting.Key).Equals(Reloading, StringComparison.OrdinalIgnoreCase))
        .ToDictionary(setting => setting.Key, setting => setting.Value, StringComparer.OrdinalIgnoreCase);
}
