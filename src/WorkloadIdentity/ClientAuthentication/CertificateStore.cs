using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace WorkloadIdentity;

/// <summary>
/// The certificates of a store, looked through at each use: a renewed one is found without a restart, and one that was taken away is used
/// no more.
/// </summary>
internal sealed class CertificateStore(StoredCertificate wanted) : CertificateSource
{
    private const string IssuersStore = "CA";

    private volatile SigningCertificate? _last;

    public override string Place => wanted.ToString();

    public override string HelpAnchor => HelpAnchors.ClientCertificateStore;

    public override ValueTask<CertificateReading> ReadAsync(TokenExchange exchange, CancellationToken cancellationToken) =>
        ValueTask.FromResult(Read(exchange));

    private CertificateReading Read(TokenExchange exchange)
    {
        IReadOnlyList<X509Certificate2> all;
        try
        {
            all = exchange.Environment.Certificates(wanted.Location, wanted.Store);
        }
        catch (CryptographicException exception)
        {
            return new CertificateReading(null, Unopened(exception), exception);
        }

        var matches = all.Where(wanted.Matches).ToList();
        if (matches.Count == 0)
        {
            return new CertificateReading(
                null,
                $"There is no certificate with the {wanted}. Install it there with its private key, for the account this process runs as");
        }

        var now = exchange.TimeProvider.GetUtcNow();
        var problems = new List<string>();

        // The valid ones first, and among each the one that expires last: what then is unfit says why.
        foreach (var match in matches.OrderBy(match => SigningCertificate.IsValid(match, now) ? 0 : 1)
            .ThenByDescending(match => match.NotAfter))
        {
            if (_last is { } last && last.Sha256.AsSpan().SequenceEqual(match.GetCertHash(HashAlgorithmName.SHA256)))
            {
                return new CertificateReading(last);
            }

            var (certificate, unfit) = SigningCertificate.From(match, Issuers(exchange.Environment, all));
            if (certificate is not null)
            {
                _last = certificate;
                return new CertificateReading(certificate);
            }

            problems.Add(unfit!);
        }

        return new CertificateReading(null, problems is [var only]
            ? $"The certificate with the {wanted} {only}"
            : $"Of the {matches.Count} certificates with the {wanted} none can be used: {string.Join(
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
