using System.Collections.Frozen;

namespace WorkloadIdentity;

/// <summary>
/// A server that gives assertions to whoever may ask it: a GET, answered with the JWT as text or in a JSON object. An address in
/// configuration would let whoever writes that have credentials sent anywhere: there it needs
/// <see cref="Microsoft.Extensions.DependencyInjection.WorkloadIdentityOptions.AllowAssertionUrl"/>. Safe for concurrent use.
/// </summary>
public sealed class UrlAssertionSource : AssertionSource
{
    private readonly Uri _address;
    private readonly AssertionEndpoint _endpoint;
    private readonly AssertionSourceOptions _options;
    private readonly FrozenDictionary<string, string> _headers;
    private readonly FrozenDictionary<string, string> _variables;
    private readonly string? _audienceParameter;
    private readonly string? _field;

    /// <summary>Assertions from <paramref name="address"/>.</summary>
    /// <param name="address">Where to ask: https, or plain http to a literal loopback address.</param>
    /// <param name="options">How to ask.</param>
    /// <exception cref="ArgumentException">The address is no such address, a header cannot be sent, or an option is out of
    /// range.</exception>
    public UrlAssertionSource(Uri address, UrlAssertionSourceOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(address);
        if (SourceAddress.Problem(address) is { } problem)
        {
            throw new ArgumentException($"The address of the assertion source {problem}", nameof(address));
        }

        options ??= new UrlAssertionSourceOptions();
        _address = address;
        _endpoint =
            new AssertionEndpoint(
                address.Authority, "Check the address, its headers, and what the server's own log says.", HelpAnchors.AssertionSource);
        _options =
            AssertionSourceOptions.Checked(new AssertionSourceOptions { HttpClient = options.HttpClient, TimeLimit = options.TimeLimit });
        _headers = options.Headers.ToFrozenDictionary(StringComparer.OrdinalIgnoreCase);
        _variables = options.HeadersFromVariables.ToFrozenDictionary(StringComparer.OrdinalIgnoreCase);
        _audienceParameter =
            options.AudienceParameter is { } parameter
                ? Guard.Text(parameter, "The name of the audience parameter", "audience", nameof(options))
                : null;
        _field = options.JsonField is { } field ? Guard.Text(field, "The name of the JSON field", "value", nameof(options)) : null;
        CheckHeaders();
    }

    /// <inheritdoc/>
    public override string Name => "assertion url";

    /// <inheritdoc/>
    protected internal override string? LooksFor => $"the answer of {_address.Authority}";

    /// <inheritdoc/>
    public override ValueTask<AssertionResult> GetAssertionAsync(AssertionRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        var message = new HttpRequestMessage(
            HttpMethod.Get,
            _audienceParameter is null ? _address : SourceAddress.With(_address, _audienceParameter, request.RequireAudience()));
        foreach (var (name, value) in _headers)
        {
            message.Headers.TryAddWithoutValidation(name, value);
        }

        foreach (var (name, variable) in _variables)
        {
            if (request.Environment.Variable(variable) is not { } value)
            {
                return new(
                    _endpoint.Absent($"{variable} is not set, which the request to {_address.Authority} needs for its header '{name}'."));
            }

            if (Guard.HasControlCharacter(value))
            {
                return new(_endpoint.Unusable(
                    TokenErrorKind.InvalidConfiguration,
                    $"{variable} holds a control character (a line break, perhaps), which cannot stand in the header '{name}'."));
            }

            message.Headers.TryAddWithoutValidation(name, value);
        }

        return _endpoint.AskAsync(_options.ClientFor(_address), message, _options.TimeLimit, request, _field, cancellationToken);
    }

    private void CheckHeaders()
    {
        using var trial = new HttpRequestMessage();
        foreach (var (name, value) in _headers)
        {
            if (Guard.HasControlCharacter(value))
            {
                throw new ArgumentException(
                    $"The header '{Printable(name)}' holds a control character (a line break, perhaps).",
                    nameof(UrlAssertionSourceOptions.Headers));
            }

            CheckName(name);
        }

        foreach (var (name, variable) in _variables)
        {
            CheckName(name);
            Guard.Text(
                variable, "The name of the variable", "ID_TOKEN_REQUEST_TOKEN", nameof(UrlAssertionSourceOptions.HeadersFromVariables));
        }

        void CheckName(string name)
        {
            if (!trial.Headers.TryAddWithoutValidation(name, "x"))
            {
                throw new ArgumentException(
                    $"'{Printable(name)}' is not the name of a header of a request without content.",
                    nameof(UrlAssertionSourceOptions.Headers));
            }
        }
    }

    private static string Printable(string name) => Guard.IsHeaderToken(name) ? name : "(not printable)";
}
