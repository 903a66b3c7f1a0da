using System.Net;

namespace WorkloadIdentity.Testing;

/// <summary>Where and how the emulator of a document listens, what it starts with, and the files it writes for those who call it.</summary>
internal sealed class ServerSettings
{
    private readonly EntraEmulatorOptions _options = new() { SecureAuthority = true };
    private OutputFile? _authorityFile;
    private OutputFile? _tokenFile;

    public static ServerSettings Read(DocumentObject root)
    {
        var settings = new ServerSettings();
        var options = settings._options;

        // As Entra: what a program of its own talks to should not fail for a second's difference between two clocks.
        options.ClockSkew = root.Time("clockSkew") ?? TimeSpan.FromMinutes(5);
        options.AcceptsAnyResource = root.Flag("acceptsAnyResource") ?? false;
        options.AcceptsReusedAssertions = root.Flag("acceptsReusedAssertions") ?? true;
        options.HasSystemAssignedIdentity = root.Flag("hasSystemAssignedIdentity") ?? true;
        if (root.Object("server") is { } server)
        {
            settings.ReadServer(server);
        }

        if (root.Object("admin") is { } admin)
        {
            settings.ReadAdmin(admin);
        }

        return settings;
    }

    public EntraEmulatorOptions ToOptions(TimeProvider clock) => new()
    {
        TimeProvider = clock,
        Address = _options.Address,
        HostName = _options.HostName,
        Port = _options.Port,
        SecurePort = _options.SecurePort,
        SecureAuthority = _options.SecureAuthority,
        WritesArcKeyFiles = _options.WritesArcKeyFiles,
        ClockSkew = _options.ClockSkew,
        AcceptsAnyResource = _options.AcceptsAnyResource,
        AcceptsReusedAssertions = _options.AcceptsReusedAssertions,
        HasSystemAssignedIdentity = _options.HasSystemAssignedIdentity,
        HasAdminApi = _options.HasAdminApi,
        AdminToken = _options.AdminToken,
    };

    public async Task WriteFilesAsync(EntraEmulator entra, CancellationToken cancellationToken)
    {
        if (_authorityFile is not null)
        {
            await _authorityFile.WriteAsync(entra.CertificateAuthorityPem, cancellationToken).ConfigureAwait(false);
        }

        if (_tokenFile is not null)
        {
            await _tokenFile.WriteAsync(entra.AdminToken!, cancellationToken).ConfigureAwait(false);
        }
    }

    private void ReadServer(DocumentObject at)
    {
        if (at.Text("address") is { } address)
        {
            if (IPAddress.TryParse(address, out var parsed))
            {
                _options.Address = parsed;
            }
            else
            {
                at.Report("address", "Expected an IP address such as \"127.0.0.1\", or \"0.0.0.0\" for every address of a container.");
            }
        }

        _options.HostName = at.Text("hostName");
        _options.Port = (int)(at.Number("port", 0, ushort.MaxValue) ?? 0);
        _options.SecurePort = (int)(at.Number("securePort", 0, ushort.MaxValue) ?? 0);
        _options.SecureAuthority = at.Flag("secureAuthority") ?? true;
        _options.WritesArcKeyFiles = at.Flag("writesArcKeyFiles") ?? false;
        _authorityFile = OutputFile.Read(at, "certificateAuthorityFile", TlsCertificates.IsAuthority);
        if (_options.Port != 0 && _options.Port == _options.SecurePort)
        {
            at.Report("securePort", "Expected another port than 'port'.");
        }

        at.Try(_options.HostName is null ? "address" : "hostName", () => new EmulatorAddress(_options));
    }

    private void ReadAdmin(DocumentObject at)
    {
        _options.HasAdminApi = at.Flag("enabled") ?? true;
        var token = at.TextOrFile("token", "tokenFromFile");
        if (token is not null && _options.HasAdminApi)
        {
            at.Try("token", () => new EntraEmulatorOptions { AdminToken = token });
            _options.AdminToken = at.Reader.HasProblems ? null : token;
        }

        _tokenFile = OutputFile.Read(at, "tokenFile", EmulatorAdminToken.IsRandom, isSecret: true);
        if (!_options.HasAdminApi && _tokenFile is not null)
        {
            at.Report("tokenFile", "Leave it out, or turn 'enabled' on: there is no token while the admin API is off.");
        }
        else if (_tokenFile is not null && (at.IsStated("token") || at.IsStated("tokenFromFile")))
        {
            // So a document decides about no byte of what is written.
            at.Report("tokenFile", "Leave it out: a new token is written at each start, and this file chooses one.");
        }
        else if (_tokenFile is not null && _tokenFile.Path == _authorityFile?.Path)
        {
            at.Report("tokenFile", "Expected another file than 'server.certificateAuthorityFile'.");
        }
        else if (_options.HasAdminApi && !at.IsStated("tokenFile") && !at.IsStated("token") && !at.IsStated("tokenFromFile"))
        {
            at.Report(
                "",
                "Nobody would know the token. State 'tokenFile', where a new one is written at each start; or 'token' or 'tokenFromFile', "
                    + "to choose one.");
        }
    }
}
