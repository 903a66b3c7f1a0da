using System.CommandLine;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using WorkloadIdentity.Governance;

namespace WorkloadIdentity.Tool;

/// <summary>The options that say what is rotated.</summary>
internal sealed class RotationArguments
{
    private const int MostDays = 3660;

    private readonly Argument<string> _application = new("application") { Description = "The client id of the application." };
    private readonly Option<string?> _file = new("--to-file")
    {
        Description = "Write the new credential to this file, for this user alone (0600).",
        HelpName = "file",
    };

    private readonly Option<string?> _vault = new("--to-key-vault")
    {
        Description = "Write it to Key Vault: the address of a secret, https://NAME.vault.azure.net/secrets/NAME.",
        HelpName = "url",
    };

    private readonly Option<string> _kind = new("--kind")
    {
        Description = "What is added. The key of a certificate leaves this machine for the destination only.",
        DefaultValueFactory = _ => "certificate",
        HelpName = "certificate|secret",
    };

    private readonly Option<int> _days = new("--days")
    {
        Description = "How many days it is valid. A policy of the tenant may shorten it.",
        DefaultValueFactory = _ => 180,
    };

    private readonly Option<int> _grace = new("--grace-hours")
    {
        Description = "For how many hours nothing may have used the old credential before it is removed.",
        DefaultValueFactory = _ => 24,
    };

    private readonly Option<string?> _replaces = new("--replaces")
    {
        Description = "The id of the credential that is replaced. [default: the only valid one]",
        HelpName = "key id",
    };

    private readonly Option<string?> _proof = new("--proof")
    {
        Description = "A certificate that the application has now, with its key (PEM or PFX). [default: the file of --to-file]",
        HelpName = "file",
    };

    private readonly Option<bool> _force = new("--force")
    {
        Description = "Go on without evidence that the old credential is out of use. The last valid one stays even so.",
    };

    public RotationArguments() => _kind.AcceptOnlyFromAmong("certificate", "secret");

    public void AddTo(Command command)
    {
        command.Arguments.Add(_application);
        foreach (var option in (Option[])[_file, _vault, _kind, _days, _grace, _replaces, _proof, _force])
        {
            command.Options.Add(option);
        }
    }

    /// <exception cref="ToolException">A value cannot be used.</exception>
    public RotationRequest Read(ParseResult parsed, Surroundings surroundings, ITokenAcquirer acquirer)
    {
        var application = parsed.GetValue(_application)!;
        if (Guard.GuidProblem(application, "The application") is { } problem)
        {
            throw new ToolException(problem, "'wid inventory' lists the client ids.", "rotation");
        }

        var (days, hours) = (parsed.GetValue(_days), parsed.GetValue(_grace));
        if (days is < 1 or > MostDays || hours is < 0 or > MostDays * 24)
        {
            throw new ToolException(
                days is < 1 or > MostDays ? $"--days is not from 1 to {MostDays}." : $"--grace-hours is not from 0 to {MostDays * 24}.",
                "See 'wid rotate start --help'.", "rotation");
        }

        var request = new RotationRequest(new ClientId(application), Destination(parsed, acquirer))
        {
            Kind = parsed.GetValue(_kind) == "secret" ? CredentialKind.Secret : CredentialKind.Certificate,
            Lifetime = TimeSpan.FromDays(days),
            GracePeriod = TimeSpan.FromHours(hours),
            Replaces = parsed.GetValue(_replaces),
            Proof = parsed.GetValue(_proof) is { } proof ? Certificate(proof, surroundings) : null,
            Force = parsed.GetValue(_force),
        };
        return request.Checked();
    }

    private RotationDestination Destination(ParseResult parsed, ITokenAcquirer acquirer)
    {
        switch (parsed.GetValue(_file), parsed.GetValue(_vault))
        {
            case ({ Length: > 0 } file, null):
                return RotationDestination.ToFile(file);
            case (null, { Length: > 0 } address)
                when Uri.TryCreate(address, UriKind.Absolute, out var uri) && uri.Segments is [_, "secrets/" or "certificates/", var name]:
                try
                {
                    return RotationDestination.ToKeyVault(new Uri(uri.GetLeftPart(UriPartial.Authority)), name, acquirer);
                }
                catch (ArgumentException exception)
                {
                    throw new ToolException(
                        $"--to-key-vault cannot be used. {exception.Message.Split(" (Parameter", StringSplitOptions.None)[0]}",
                        "Write https://NAME.vault.azure.net/secrets/NAME.", "rotation");
                }

            default:
                throw new ToolException(
                    "The command needs one destination.",
                    "Add --to-file FILE, or --to-key-vault https://NAME.vault.azure.net/secrets/NAME.", "rotation");
        }
    }

    private static X509Certificate2 Certificate(string path, Surroundings surroundings)
    {
        var content = surroundings.Environment.ReadFile(path);
        try
        {
            return content.Bytes is not { } bytes
                ? throw new ToolException(
                    $"The certificate of --proof {content.Problem}.", "Name a PEM file with certificate and key.", "rotation")
                : ProofOfPossession.Read(System.Text.Encoding.UTF8.GetString(bytes)) ?? X509CertificateLoader.LoadPkcs12(bytes, null);
        }
        catch (CryptographicException)
        {
            throw new ToolException(
                "The file of --proof holds no certificate with its private key.", "Name a PEM file, or a PFX without a password.",
                "rotation");
        }
    }
}
