using System.Diagnostics;

namespace WorkloadIdentity;

/// <summary>
/// A client secret. Prefer a certificate, and prefer federation to both, because a secret is sent with each request.
/// Safe for concurrent use. It never prints the secret. A certificate or a private key in place of a secret is refused and never sent.
/// </summary>
public sealed class ClientSecretAuthentication : ClientAuthentication
{
    [DebuggerBrowsable(DebuggerBrowsableState.Never)]
    private readonly Func<TokenExchange, CancellationToken, ValueTask<Reading>> _source;

    private ClientSecretAuthentication(string place, Func<TokenExchange, CancellationToken, ValueTask<Reading>> source)
    {
        LooksFor = place;
        _source = source;
    }

    internal override string Name => "client secret";

    internal override string LooksFor { get; }

    /// <summary>A secret that stays the same for the life of the program.</summary>
    /// <param name="secret">The secret's value, not its id.</param>
    /// <exception cref="ArgumentException">
    /// <paramref name="secret"/> is empty, holds a control character, or is a certificate or a key.
    /// </exception>
    public static ClientSecretAuthentication FromValue(string secret) => FromValue(secret, "a secret given in code");

    /// <summary>The same, with the place of the secret for a report.</summary>
    internal static ClientSecretAuthentication FromValue(string secret, string place)
    {
        ArgumentNullException.ThrowIfNull(secret);
        if (KeyMaterial.In(secret) is { } material)
        {
            throw new ArgumentException($"The client secret {Refusal(material)}", nameof(secret));
        }

        Guard.Text(secret, "The client secret", "the value Entra showed when the secret was created");
        return new ClientSecretAuthentication(place, (_, _) => ValueTask.FromResult(new Reading(secret, null)));
    }

    /// <summary>A file that holds the secret on one line, read at each use. White space around it is removed.</summary>
    /// <param name="path">Where a platform mounts the secret.</param>
    /// <exception cref="ArgumentException"><paramref name="path"/> is empty or holds a control character.</exception>
    public static ClientSecretAuthentication FromFile(string path)
    {
        Guard.Path(path, "The path of the client secret file", "/run/secrets/client-secret");
        return new ClientSecretAuthentication($"the secret file '{path}'", (exchange, _) =>
        {
            var content = exchange.Environment.ReadFile(path);
            if (content.Bytes is { } bytes && KeyMaterial.In(bytes) is { } material)
            {
                var refusal = Unusable($"The client secret file '{path}' {Refusal(material)}", HelpAnchors.ClientSecretFile);
                return ValueTask.FromResult(new Reading(null, refusal));
            }

            var (secret, problem) = content.AsLine();
            return ValueTask.FromResult(problem is null
                ? new Reading(secret, null)
                : new Reading(
                    null,
                    Unusable(
                        $"The client secret file {problem}. It must hold the secret's value on one line.",
                        HelpAnchors.ClientSecretFile,
                        content.Exception)));
        });
    }

    /// <summary>A function that returns the secret. It is called at each use, so cache what is slow.</summary>
    /// <param name="callback">
    /// Returns the secret's value. Safe for concurrent use. An exception that it throws becomes the inner exception of the failure.
    /// </param>
    public static ClientSecretAuthentication FromCallback(Func<CancellationToken, ValueTask<string>> callback)
    {
        ArgumentNullException.ThrowIfNull(callback);
        return FromCallback((_, cancellationToken) => callback(cancellationToken));
    }

    /// <summary>A function that returns the secret, and is told when Entra refused the last one.</summary>
    /// <param name="callback">
    /// Called at each use with null. Called once more with Entra's error if Entra refused the secret: then return a new one, not a cached
    /// one. Returns the secret's value. Safe for concurrent use. An exception that it throws becomes the inner exception of the failure.
    /// </param>
    /// <param name="looksFor">Where the function looks, for reports: <c>the secret 'orders' in our vault</c>. No secret.</param>
    public static ClientSecretAuthentication FromCallback(
        Func<TokenError?, CancellationToken, ValueTask<string>> callback, string? looksFor = null)
    {
        ArgumentNullException.ThrowIfNull(callback);
        var place = looksFor ?? "the application's callback";
        return new ClientSecretAuthentication(place, async (exchange, cancellationToken) =>
        {
            var secret = await callback(exchange.Refusal, cancellationToken).ConfigureAwait(false);
            return string.IsNullOrWhiteSpace(secret)
                ? new Reading(
                    null,
                    Unusable(
                        $"The client secret is empty: {place} gave none. It must give the secret's value.",
                        HelpAnchors.ClientSecret))
                : Guard.HasControlCharacter(secret) && KeyMaterial.In(secret) is null
                    ? new Reading(null, Unusable($"The client secret holds a line break or another control character: {place} "
                        + "must give the secret's value alone.", HelpAnchors.ClientSecret))
                : new Reading(secret, null);
        });
    }

    internal override async ValueTask<TokenResult?> WriteAsync(
        TokenRequestForm form, TokenExchange exchange, CancellationToken cancellationToken)
    {
        var found = await _source(exchange, cancellationToken).ConfigureAwait(false);
        if (found.Secret is not { } secret)
        {
            return found.Problem;
        }

        // This is the only place that sends a secret. A private key that was sent would have to be replaced.
        if (KeyMaterial.In(secret) is { } material)
        {
            return Unusable($"The client secret ({LooksFor}) {Refusal(material)}", HelpAnchors.ClientSecret);
        }

        form.AddClientSecret(secret);
        return null;
    }

    private static string Refusal(string material) =>
        $"is {material}. It is not a client secret, so it is not sent. "
        + $"Use it as a certificate: {nameof(ClientCertificateAuthentication)} in code, the kind ClientCertificate in configuration.";

    /// <summary>The secret, or why there is none. No record: those print what they hold.</summary>
    private sealed class Reading(string? secret, TokenResult? problem)
    {
        [DebuggerBrowsable(DebuggerBrowsableState.Never)]
        public string? Secret => secret;

        public TokenResult? Problem => problem;
    }
}
