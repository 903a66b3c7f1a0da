using System.Security.Cryptography.X509Certificates;
using WorkloadIdentity;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Reads the source of an application's certificate: files, a store, or text.</summary>
internal static class CertificateSettings
{
    private const string File = "CertificateFile";
    private const string KeyFile = "CertificateKeyFile";
    private const string Password = "CertificatePassword";
    private const string Subject = "CertificateSubject";
    private const string Thumbprint = "CertificateThumbprint";
    private const string Store = "CertificateStore";
    private const string Value = "Certificate";
    private const string Chain = "SendCertificateChain";
    private const string Binds = "BindTokens";

    public static IReadOnlyList<string> Names { get; } = [File, KeyFile, Password, Subject, Thumbprint, Store, Value, Chain, Binds];

    /// <summary>The settings that name files.</summary>
    public static IReadOnlyList<string> FileNames { get; } = [File, KeyFile];

    /// <summary>The certificate; null when that could not be told, for reasons the reader noted.</summary>
    public static ClientCertificateAuthentication? Read(SectionReader reader)
    {
        var (sendsChain, bindsTokens) = (reader.Flag(Chain) ?? false, reader.Flag(Binds) ?? false);
        string[] places = [.. new[] { File, Subject, Thumbprint, Value }.Where(name => reader.Text(name) is not null)];
        if (places.Length != 1)
        {
            reader.Problem(
                places.Length == 0 ? File : places[1],
                places.Length == 0
                    ? $"is missing, and so are {Subject}, {Thumbprint} and {Value}. Set one of them: the path of a PFX or PEM file, what "
                        + "to look for in a certificate store, or the certificate as text."
                    : $"is set together with {places[0]}. Keep one of them.");
            return null;
        }

        var place = places[0];
        Belongs(reader, place, KeyFile, File);
        Belongs(reader, place, Password, File, Value);
        Belongs(reader, place, Store, Subject, Thumbprint);
        var certificate = place switch
        {
            File => FromFile(reader),
            Value => FromValue(reader),
            _ => FromStore(reader, place),
        };
        certificate = sendsChain ? certificate?.WithChain() : certificate;
        return bindsTokens ? certificate?.BindTokens() : certificate;
    }

    private static ClientCertificateAuthentication? FromFile(SectionReader reader)
    {
        var keyFile = reader.Text(KeyFile);
        if (keyFile is not null
            && reader.Check(KeyFile, () => Guard.Path(keyFile, "The path of the client key file", "/run/secrets/tls.key")) is null)
        {
            return null;
        }

        // Read at each use, like the file, because a renewed certificate may have another password.
        return reader.Check(File, () => ClientCertificateAuthentication.FromFile(reader.Text(File)!, keyFile, () => reader.Text(Password)));
    }

    private static ClientCertificateAuthentication? FromValue(SectionReader reader) =>
        reader.Check(Value, () => ClientCertificateAuthentication.FromValue(reader.Text(Value)!, reader.Text(Password))) is null
            ? null
            : ClientCertificateAuthentication.FromValue(
                $"the setting {reader.PathOf(Value)}", () => reader.Text(Value), () => reader.Text(Password));

    private static ClientCertificateAuthentication? FromStore(SectionReader reader, string place)
    {
        var (location, name) = (StoreLocation.CurrentUser, "My");
        if (reader.Text(Store) is { } store)
        {
            // Only a name is allowed. Enum.TryParse accepts numbers too.
            if (store.Split('/') is not [var first, { Length: > 0 } second] || !Enum.TryParse(first, ignoreCase: true, out location)
                || !char.IsAsciiLetter(first[0]))
            {
                reader.Problem(Store, "is not a location and a name. Expected something like CurrentUser/My or LocalMachine/My.");
                return null;
            }

            name = second;
        }

        return reader.Check(place, () => place == Subject
            ? ClientCertificateAuthentication.FromStore(reader.Text(Subject)!, location, name)
            : ClientCertificateAuthentication.FromStoreByThumbprint(reader.Text(Thumbprint)!, location, name));
    }

    private static void Belongs(SectionReader reader, string place, string name, params string[] places)
    {
        if (reader.Text(name) is not null && !places.Contains(place))
        {
            reader.Problem(name, $"can be used with {string.Join(" or ", places)} only. Remove it.");
        }
    }
}
