using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace WorkloadIdentity.Testing;

/// <summary>Values of a document that stand in it, or in a file it names.</summary>
internal static class FileReferences
{
    private const int MaxBytes = 1024 * 1024;

    /// <summary>A certificate: PEM text, or the name of a PEM or DER file.</summary>
    public static X509Certificate2? ReadCertificate(this DocumentObject at, string name, string? value)
    {
        if (value is null)
        {
            return null;
        }

        try
        {
            if (value.Contains("-----BEGIN", StringComparison.Ordinal))
            {
                return X509Certificate2.CreateFromPem(value);
            }

            if (at.PathTo(name, value) is not { } path)
            {
                return null;
            }

            return X509CertificateLoader.LoadCertificateFromFile(path);
        }
        catch (Exception exception) when (exception is CryptographicException or IOException or UnauthorizedAccessException)
        {
            at.Report(
                name,
                "Expected a certificate: the name of a PEM or DER file that can be read, or the text of a PEM file with \"-----BEGIN "
                    + "CERTIFICATE-----\". A private key is not needed.");
            return null;
        }
    }

    /// <summary>A text in a property, or in the file another one names; its trailing line break is not part of it.</summary>
    public static string? TextOrFile(this DocumentObject at, string name, string fileName)
    {
        var text = at.Text(name);
        if (at.Text(fileName) is not { } file)
        {
            return text;
        }

        if (text is not null)
        {
            at.Report(fileName, $"Leave out one of '{name}' and '{fileName}'.");
            return null;
        }

        try
        {
            return at.PathTo(fileName, file) is not { } path ? null
                : Encoding.UTF8.GetString(ReadBytes(path)).TrimEnd('\r', '\n') is { Length: > 0 } read ? read
                : throw new IOException();
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            at.Report(fileName, "There is no such file that can be read, or it is empty. Names are relative to the folder of this file.");
            return null;
        }
    }

    /// <summary>The content of a file of at most a megabyte; nothing that belongs here is larger.</summary>
    /// <exception cref="IOException">There is no such file, or it is larger.</exception>
    public static byte[] ReadBytes(string path)
    {
        using var stream = System.IO.File.OpenRead(path);
        var content = new byte[MaxBytes + 1];
        var length = stream.ReadAtLeast(content, content.Length, throwOnEndOfStream: false);
        return length <= MaxBytes ? content[..length] : throw new IOException($"{path} is larger than {MaxBytes} bytes.");
    }

    /// <summary>The full path of a file the document names; null, and reported, where documents must not name files.</summary>
    public static string? PathTo(this DocumentObject at, string name, string file)
    {
        if (at.Reader.Folder is { } folder)
        {
            return Path.GetFullPath(file, folder);
        }

        at.Report(name, "Files are named in an emulator's file only. Send the content itself.");
        return null;
    }
}
