using System.Globalization;
using System.Text.Json;

namespace WorkloadIdentity;

/// <summary>
/// The members of a token response (RFC 6749 sections 5.1 and 5.2), each read once. Entra's token endpoint and the hosts of managed
/// identities answer in this form; a host may put its error into an object. Nothing is judged here: a member that is absent or of another
/// type is null.
/// </summary>
internal sealed class TokenAnswer
{
    private const int MaxCodes = 16;

    private TokenAnswer(JsonElement root)
    {
        AccessToken = root.Text("access_token");
        HasTokenType = root.Member("token_type") is not null;
        TokenType = root.Text("token_type");
        IssuedTokenType = root.Text("issued_token_type");
        ExpiresIn = Time(root, "expires_in");
        ExpiresOn = Time(root, "expires_on");
        RefreshIn = Time(root, "refresh_in");
        Resource = root.Text("resource");
        ClientId = root.Text("client_id");
        ObjectIds = Texts(root, "object_id", "principal_id", "principalId");
        ResourceIds = Texts(root, "msi_res_id", "mi_res_id");

        var error = root.Member("error");
        var inner = error is { ValueKind: JsonValueKind.Object } nested ? nested : root;
        HasError = error is not null;
        Error = root.Text("error");
        ErrorDescription = root.Text("error_description");
        Suberror = root.Text("suberror");
        ErrorCodes = Codes(root);
        Claims = root.Text("claims");
        TraceId = root.Text("trace_id");
        CorrelationId = root.Text("correlation_id");
        HostCode = inner.Text("code");
        HostMessage = inner.Text("message") ?? inner.Text("Message");
        HostCorrelationId = inner.Text("correlationId") ?? root.Text("correlationId");
    }

    public string? AccessToken { get; }

    public bool HasTokenType { get; }

    public string? TokenType { get; }

    /// <summary>What kind of token an exchange brought (RFC 8693 section 2.2.1).</summary>
    public string? IssuedTokenType { get; }

    public StatedTime ExpiresIn { get; }

    public StatedTime ExpiresOn { get; }

    public StatedTime RefreshIn { get; }

    public string? Resource { get; }

    /// <summary>The client whose token it is.</summary>
    public string? ClientId { get; }

    /// <summary>The object ids of the identity whose token it is, by whichever name.</summary>
    public IReadOnlyList<string> ObjectIds { get; }

    /// <summary>The resource ids of the identity whose token it is, by whichever name.</summary>
    public IReadOnlyList<string> ResourceIds { get; }

    /// <summary>Whether there is an <c>error</c> of any type.</summary>
    public bool HasError { get; }

    public string? Error { get; }

    public string? ErrorDescription { get; }

    public string? Suberror { get; }

    /// <summary>Entra's codes; empty when it lists none.</summary>
    public IReadOnlyList<long> ErrorCodes { get; }

    public string? Claims { get; }

    public string? TraceId { get; }

    public string? CorrelationId { get; }

    /// <summary>The <c>code</c> of a host's error.</summary>
    public string? HostCode { get; }

    /// <summary>The <c>message</c> of a host's error.</summary>
    public string? HostMessage { get; }

    /// <summary>The <c>correlationId</c> of a host's error.</summary>
    public string? HostCorrelationId { get; }

    /// <summary>The token response in <paramref name="body"/>; null when it is not one readable JSON object.</summary>
    public static TokenAnswer? Read(byte[] body)
    {
        using var document = StrictJson.Parse(body);
        return document is null ? null : new TokenAnswer(document.RootElement);
    }

    private static StatedTime Time(JsonElement root, string name)
    {
        var member = root.Member(name);
        var text = root.Text(name);
        var seconds = member switch
        {
            { ValueKind: JsonValueKind.Number } number when number.TryGetDouble(out var value) => value,
            _ when double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) => value,
            _ => double.NaN,
        };
        return new StatedTime(member is not null && text is not "", double.IsFinite(seconds) ? seconds : null, text);
    }

    private static List<string> Texts(JsonElement root, params string[] names)
    {
        List<string> texts = [];
        foreach (var name in names)
        {
            if (root.Text(name) is { Length: > 0 } text)
            {
                texts.Add(text);
            }
        }

        return texts;
    }

    private static long[] Codes(JsonElement root) => root.Member("error_codes") is { ValueKind: JsonValueKind.Array } list
        ? [.. list.EnumerateArray()
            .Take(MaxCodes)
            .Select(item => item.ValueKind == JsonValueKind.Number && item.TryGetInt64(out var code) ? code : 0)
            .Where(code => code > 0)]
        : [];

    /// <summary>A time as a response states it.</summary>
    /// <param name="IsStated">Whether the member is there and not empty.</param>
    /// <param name="Seconds">The number, which some servers and proxies quote; null when it is none.</param>
    /// <param name="Text">The text, which may be a date; null when it is none.</param>
    internal readonly record struct StatedTime(bool IsStated, double? Seconds, string? Text);
}
