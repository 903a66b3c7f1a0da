namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Several settings cannot be used. Each problem names its setting.</summary>
internal sealed class InvalidSettingsException(IReadOnlyList<string> problems) : ArgumentException(string.Join(' ', problems))
{
    public IReadOnlyList<string> Problems { get; } = problems;
}
