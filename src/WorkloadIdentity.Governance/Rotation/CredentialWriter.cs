using System.Globalization;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace WorkloadIdentity.Governance;

/// <summary>Adds credentials to an application and removes them, also when an answer is lost.</summary>
internal sealed class CredentialWriter(GraphClient graph)
{
    private static readonly TimeSpan Replication = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(5);

    private TimeProvider Time => graph.Options.TimeProvider;

    /// <summary>
    /// Adds a secret. If the answer is lost, so is the secret: what was added is found by its name and removed.
    /// </summary>
    /// <returns>The secret; null if the answer was lost and nothing is left of it. The caller may try again, with another name.</returns>
    /// <exception cref="GraphException">Graph refused, or it is not known yet whether the secret was added.</exception>
    public async Task<NewCredential?> AddSecretAsync(
        ApplicationKeys application, RotationName name, DateTimeOffset expiresOn, CancellationToken cancellationToken)
    {
        var write = new GraphWrite(HttpMethod.Post, $"{application.Path}/addPassword")
        {
            Body = GraphBody.Of(json =>
            {
                json.WriteStartObject("passwordCredential");
                json.WriteString("displayName", name.ToString());
                json.WriteString("endDateTime", Date(expiresOn));
                json.WriteEndObject();
            }),
        };
        try
        {
            var added = await graph.WriteAsync(write, json => json.AddedPassword, cancellationToken).ConfigureAwait(false);
            if (added is { KeyId: { } keyId, SecretText: { Length: > 0 } secret })
            {
                return new NewCredential(
                    CredentialKind.Secret, name, keyId, added.EndDateTime ?? expiresOn, secret,
                    ClientSecretAuthentication.FromValue(secret));
            }
        }
        catch (GraphException exception) when (exception.Error.IsOutcomeUnknown)
        {
            if (await FindAsync(application.ClientId, name, cancellationToken).ConfigureAwait(false) is not { } lost)
            {
                throw;
            }

            await RemoveAsync(application, lost, null, cancellationToken).ConfigureAwait(false);
            return null;
        }

        throw new GraphException(new GraphError(
            GraphErrorKind.InvalidResponse, "Graph answered addPassword without a secret. Run the same command again."));
    }

    /// <summary>Adds a certificate of a key that was made for it. If the answer is lost the key is not.</summary>
    public async Task<NewCredential> AddCertificateAsync(
        ApplicationKeys application, RotationName name, DateTimeOffset expiresOn, RSA key, X509Certificate2 proof,
        CancellationToken cancellationToken)
    {
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, critical: true));
        using var certificate = request.CreateSelfSigned(Time.GetUtcNow() - TimeSpan.FromMinutes(5), expiresOn);
        var content = $"{certificate.ExportCertificatePem()}\n{key.ExportPkcs8PrivateKeyPem()}\n";
        var write = new GraphWrite(HttpMethod.Post, $"{application.Path}/addKey")
        {
            Body = GraphBody.Of(json =>
            {
                json.WriteStartObject("keyCredential");
                json.WriteString("type", "AsymmetricX509Cert");
                json.WriteString("usage", "Verify");
                json.WriteString("key", Convert.ToBase64String(certificate.RawData));
                json.WriteString("displayName", name.ToString());
                json.WriteEndObject();
                json.WriteNull("passwordCredential");
                json.WriteString("proof", ProofOfPossession.Create(proof, application, Time.GetUtcNow()));
            }),
        };
        GraphException? unknown = null;
        try
        {
            await graph.WriteAsync(write, cancellationToken).ConfigureAwait(false);
        }
        catch (GraphException exception) when (exception.Error.IsOutcomeUnknown)
        {
            unknown = exception;
        }

        // The answer has no id, so the key is looked for by its name.
        var added = await FindAsync(application.ClientId, name, cancellationToken).ConfigureAwait(false) ?? throw unknown
            ?? new GraphException(new GraphError(
                GraphErrorKind.InvalidResponse, $"Graph does not show the certificate that was added within {Replication}. Run the same "
                    + "command again."));
        return new NewCredential(
            CredentialKind.Certificate, name, added.KeyId, expiresOn, content, ClientCertificateAuthentication.FromValue(content));
    }

    /// <summary>Removes a credential of an application that was read just now. One that is gone already is removed.</summary>
    public Task RemoveAsync(
        ApplicationKeys application, ApplicationKey credential, X509Certificate2? proof, CancellationToken cancellationToken) =>
        RemoveAsync(
            application, cancel => ApplicationKeys.ReadAsync(graph, application.ClientId, cancel), credential, proof, cancellationToken);

    /// <summary>Removes a credential of an object that was read just now, and is read again as <paramref name="read"/> does it.</summary>
    public async Task RemoveAsync(
        ApplicationKeys application, Func<CancellationToken, Task<ApplicationKeys>> read, ApplicationKey credential,
        X509Certificate2? proof, CancellationToken cancellationToken)
    {
        var isSecret = credential.Kind == CredentialKind.Secret;
        var write = new GraphWrite(HttpMethod.Post, $"{application.Path}/{(isSecret ? "removePassword" : "removeKey")}")
        {
            // An id is never used again, so a repeated removal does no harm.
            IsRepeatable = true,
            Body = GraphBody.Of(json =>
            {
                json.WriteString("keyId", credential.KeyId);
                if (!isSecret)
                {
                    json.WriteString("proof", ProofOfPossession.Create(
                        proof ?? throw new ChangeRefusedException(
                            $"The {credential} cannot be removed without a proof of possession. Name a certificate of the application "
                                + "with its private key."),
                        application,
                        Time.GetUtcNow()));
                }
            }),
        };
        try
        {
            await graph.WriteAsync(write, cancellationToken).ConfigureAwait(false);
        }
        catch (GraphException exception) when (exception.Error.Kind is GraphErrorKind.Refused or GraphErrorKind.NotFound)
        {
            var after = await read(cancellationToken).ConfigureAwait(false);
            if (after.Find(credential.KeyId) is not null)
            {
                throw;
            }
        }
    }

    /// <summary>The credential of this name, which may have been added just now; null if Graph goes on to show none.</summary>
    public async Task<ApplicationKey?> FindAsync(ClientId client, RotationName name, CancellationToken cancellationToken)
    {
        for (var start = Time.GetTimestamp(); ;)
        {
            var application = await ApplicationKeys.ReadAsync(graph, client, cancellationToken).ConfigureAwait(false);
            if (application.Find(name) is { } found)
            {
                return found;
            }

            if (Time.GetElapsedTime(start) > Replication)
            {
                return null;
            }

            await Task.Delay(Pause, Time, cancellationToken).ConfigureAwait(false);
        }
    }

    private static string Date(DateTimeOffset date) => date.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
}
