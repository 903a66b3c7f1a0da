using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace WorkloadIdentity;

/// <summary>
/// A certificate in a certificate store. The store is read at each use, so a renewed certificate is found without a restart and a removed
/// one is no longer used.
/// </summary>
internal sealed class CertificateStore(StoredCertificate wanted) : CertificateSource
{
    private const string IssuersStore = "CA";

    private volatile SigningCertificate? _last;

    public override string LooksFor => wanted.ToString();

    public override string HelpAnchor => HelpAnchors.ClientCertificateStore;

    public override ValueTask<CertificateResult> ReadAsync(TokenExchange exchange, CancellationToken cancellationToken) =>
        ValueTask.FromResult(Read(exchange));

    private CertificateResult Read(TokenExchange exchange)
    {
        IReadOnlyList<X509Certificate2> all;
        try
        {
            all = exchange.Environment.Certificates(wanted.Location, wanted.Store);
        }
        catch (CryptographicException exception)
        {
            return new CertificateResult(null, Unopened(exception), exception);
        }

        var matches = all.Where(wanted.Matches).ToList();
        if (matches.Count == 0)
        {
            return new CertificateResult(
                null,
                $"There is no certificate with the {wanted}. Install it there with its private key, for the account this process runs as");
        }

        var now = exchange.TimeProvider.GetUtcNow();
        var problems = new List<string>();

        // The valid ones first, and of those the one that expires last.
        foreach (var match in matches.OrderBy(match => SigningCertificate.IsValid(match, now) ? 0 : 1)
            .ThenByDescending(match => match.NotAfter))
        {
            if (_last is { } last && last.Sha256.AsSpan().SequenceEqual(match.GetCertHash(HashAlgorithmName.SHA256)))
            {
                return new CertificateResult(last);
            }

            var (certificate, unfit) = SigningCertificate.From(match, Issuers(exchange.Environment, all));
            if (certificate is not null)
            {
                _last = certificate;
                return new CertificateResult(certificate);
            }

            problems.Add(unfit!);
        }

        return new CertificateResult(null, problems is [var only]
            ? $"The certificate with the {wanted} {only}"
            : $"None of the {matches.Count} certificates with the {wanted} can be used: {string.Join(
                "; ", problems.Select((problem, index) => $"number {index + 1} {problem}"))}");
    }

    /// <summary>On Linux, .NET keeps the stores of each account itself, and has only the stores of authorities for the machine.</summary>
    private string Unopened(CryptographicException exception) => exception.InnerException is PlatformNotSupportedException
        ? $"There is no certificate store {wanted.Location}/{wanted.Store} on this system: .NET has personal stores in CurrentUser only. "
            + "Use CurrentUser, or a certificate file"
        : $"The certificate store {wanted.Location}/{wanted.Store} cannot be opened ({exception.GetType().Name}). Check its name, "
            + "that it holds a certificate for the account this process runs as, and that this process may read it";

    private List<X509Certificate2> Issuers(WorkloadEnvironment environment, IReadOnlyList<X509Certificate2> all)
    {
        try
        {
            return [.. all, .. environment.Certificates(wanted.Location, IssuersStore)];
        }
        catch (CryptographicException)
        {
            // There need not be such a store: a chain is sent as far as it is known.
            return [.. all];
        }
    }
}
