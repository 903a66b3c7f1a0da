using System.Collections.Frozen;

namespace WorkloadIdentity;

/// <summary>The assertions that a server answers a GET request with.</summary>
internal sealed class UrlAssertionSource : AssertionSource
{
    private readonly Uri _address;
    private readonly AssertionEndpoint _endpoint;
    private readonly AssertionClient _client;
    private readonly FrozenDictionary<string, string> _headers;
    private readonly FrozenDictionary<string, string> _variables;
    private readonly string? _audienceParameter;
    private readonly string? _field;

    public UrlAssertionSource(
        Uri address,
        string? audienceParameter,
        string? jsonField,
        IEnumerable<KeyValuePair<string, string>> headers,
        IEnumerable<KeyValuePair<string, string>> headersFromVariables,
        AssertionClient client)
    {
        ArgumentNullException.ThrowIfNull(address);
        if (SourceAddress.Problem(address) is { } problem)
        {
            throw new ArgumentException($"The address of the assertion source {problem}", nameof(address));
        }

        _address = address;
        _endpoint =
            new AssertionEndpoint(
                address.Authority, "Check the address, its headers, and what the server's own log says.", HelpAnchors.AssertionSource);
        _client = client;
        _audienceParameter =
            audienceParameter is null ? null : Guard.Text(audienceParameter, "The name of the audience parameter", "audience");
        _field = jsonField is null ? null : Guard.Text(jsonField, "The name of the JSON field", "value");
        _headers = headers.ToFrozenDictionary(StringComparer.OrdinalIgnoreCase);
        _variables = headersFromVariables.ToFrozenDictionary(StringComparer.OrdinalIgnoreCase);
        CheckHeaders(nameof(headers), nameof(headersFromVariables));
    }

    public override string Name => "assertion url";

    protected internal override string? LooksFor => $"the answer of {_address.Authority}";

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

        return _endpoint.AskAsync(_client.For(_address), message, _client.TimeLimit, request, _field, cancellationToken);
    }

    private void CheckHeaders(string headers, string headersFromVariables)
    {
        using var trial = new HttpRequestMessage();
        foreach (var (name, value) in _headers)
        {
            if (Guard.HasControlCharacter(value))
            {
                throw new ArgumentException($"The header '{Printable(name)}' holds a control character (a line break, perhaps).", headers);
            }

            CheckName(name, headers);
        }

        foreach (var (name, variable) in _variables)
        {
            CheckName(name, headersFromVariables);
            Guard.Text(variable, "The name of the variable", "ID_TOKEN_REQUEST_TOKEN", headersFromVariables);
        }

        void CheckName(string name, string parameter)
        {
            if (!trial.Headers.TryAddWithoutValidation(name, "x"))
            {
                throw new ArgumentException(
                    $"'{Printable(name)}' is not the name of a header of a request without content.", parameter);
            }
        }
    }

    private static string Printable(string name) => Guard.IsHeaderToken(name) ? name : "(not printable)";
}
