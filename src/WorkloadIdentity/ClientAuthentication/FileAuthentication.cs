namespace WorkloadIdentity;

/// <summary>
/// A client authentication of a configured chain whose files are named. It says whether the files are here, until they were seen once.
/// </summary>
/// <remarks>
/// Files are absent only if none of them exists. One that exists and cannot be used is for <paramref name="authentication"/> to report, so
/// that a chain never goes on to another identity because this one is set up badly.
/// </remarks>
/// <param name="authentication">What reads the files.</param>
/// <param name="setting">The setting that names the first file, for messages: <c>Orders:Credentials:0:TokenFile</c>.</param>
/// <param name="files">The files.</param>
/// <param name="isOptional">Whether absent files make the credential unavailable.</param>
internal sealed class FileAuthentication(
    ClientAuthentication authentication, string setting, IReadOnlyList<string> files, bool isOptional) : ClientAuthentication
{
    private const int Looks = 4;

    // A file that is replaced is away for milliseconds, and the first look may fall into them.
    private static readonly TimeSpan BetweenLooks = TimeSpan.FromMilliseconds(200);

    private volatile bool _wereSeen;

    internal override string Name => authentication.Name;

    internal override string LooksFor => authentication.LooksFor;

    internal override bool IsFederated => authentication.IsFederated;

    internal override bool BindsTokens => authentication.BindsTokens;

    internal override TimeSpan Tolerance => authentication.Tolerance;

    internal override async ValueTask<TokenResult?> WriteAsync(
        TokenRequestForm form, TokenExchange exchange, CancellationToken cancellationToken)
    {
        if (!_wereSeen && (isOptional || exchange.HasAlternatives)
            && !await AreHereAsync(exchange, cancellationToken).ConfigureAwait(false))
        {
            return isOptional
                ? TokenResult.Unavailable(
                    Error(TokenErrorKind.NotConfigured, $"'{files[0]}' does not exist. {setting} names it, and it is optional."))
                : TokenResult.Failed(Error(
                    TokenErrorKind.InvalidConfiguration,
                    $"'{files[0]}' does not exist. {setting} names it, so the chain stops here. Mount the file. If the chain should go on "
                        + "to its next credential where the file does not exist, set Optional to true beside this setting."));
        }

        return await authentication.WriteAsync(form, exchange, cancellationToken).ConfigureAwait(false);
    }

    private static TokenError Error(TokenErrorKind kind, string message) =>
        new(kind, message) { HelpAnchor = HelpAnchors.OptionalFile };

    private async ValueTask<bool> AreHereAsync(TokenExchange exchange, CancellationToken cancellationToken)
    {
        for (var look = 1; files.All(file => exchange.Environment.ReadFile(file).IsAbsent); look++)
        {
            if (look == Looks)
            {
                return false;
            }

            await Task.Delay(BetweenLooks, exchange.TimeProvider, cancellationToken).ConfigureAwait(false);
        }

        return _wereSeen = true;
    }
}
