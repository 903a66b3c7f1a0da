using System.Globalization;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace WorkloadIdentity.Testing;

/// <summary>Adding and removing secrets and certificates of the emulator's own applications.</summary>
internal sealed class GraphCredentialRoutes(GraphTenant tenant)
{
    private const int LongestName = 90;

    public static IEnumerable<GraphRoute> Of(GraphTenant tenant)
    {
        var routes = new GraphCredentialRoutes(tenant);
        return
        [
            routes.Route("addPassword", mayRollOwn: false, routes.AddPassword),
            routes.Route("removePassword", mayRollOwn: false, routes.RemovePassword),
            routes.Route("addKey", mayRollOwn: true, routes.AddKey),
            routes.Route("removeKey", mayRollOwn: true, routes.RemoveKey),
        ];
    }

    /// <param name="action">The name of the action.</param>
    /// <param name="mayRollOwn">Whether an application may do it to itself without a permission: the proof is enough.</param>
    /// <param name="answer">Does it.</param>
    private GraphRoute Route(string action, bool mayRollOwn, Func<OwnApplication, GraphCall, GraphAnswer> answer) =>
        new($"applications/{{}}/{action}", GraphLimitGroup.Directory, GraphPermissions.WriteCredentials, (call, keys) =>
        {
            var row = tenant.Own(keys[0]);
            return row.Application.Credentials.Change.Make(call, tenant.Options, () => answer(row, call));
        })
        {
            Method = "POST",
            IsChange = true,
            IsOwned = (call, keys) => tenant.IsOwnApplication(call, keys[0]),
            IsOpenTo = (call, keys) => mayRollOwn && tenant.Application(keys[0]).AppId == call.Caller.ClientId,
        };

    private GraphAnswer AddPassword(OwnApplication row, GraphCall call)
    {
        var asked = Part(call, "passwordCredential");
        var (from, to) = (Date(asked, "startDateTime") ?? call.Now, Date(asked, "endDateTime") ?? call.Now.AddYears(2));
        if (to <= from || to <= call.Now)
        {
            throw GraphErrorException.BadRequest("The end date of the password credential must be after its start date, in the future.");
        }

        tenant.Policies.For(row).CheckPassword(to - from);
        var secret = new ApplicationSecret($"{RandomNumberGenerator.GetHexString(3)}8Q~emulated{Guid.NewGuid():N}", to)
        {
            Name = GraphJson.Text(asked, "displayName"),
            StartsOn = from,
            KnownFrom = call.Now + tenant.Options.CredentialDelay,
            ShownFrom = call.Now + tenant.Options.ReplicationDelay,
        };
        row.Application.Credentials.Add(secret);
        return GraphAnswer.Ok(new JsonObject
        {
            ["@odata.context"] = $"{call.Address}$metadata#microsoft.graph.passwordCredential",
            ["customKeyIdentifier"] = null,
            ["displayName"] = secret.Name,
            ["endDateTime"] = to.UtcDateTime.ToString("O", CultureInfo.InvariantCulture),
            ["hint"] = secret.Value[..3],
            ["keyId"] = secret.KeyId,
            ["secretText"] = secret.Value,
            ["startDateTime"] = from.UtcDateTime.ToString("O", CultureInfo.InvariantCulture),
        });
    }

    private GraphAnswer RemovePassword(OwnApplication row, GraphCall call)
    {
        var keyId = GraphJson.Text(call.Body, "keyId");
        return row.Application.Credentials.RemoveSecretById(keyId)
            ? GraphAnswer.NoContent
            : throw new GraphErrorException(400, "Request_BadRequest", "No password credential found with keyId.");
    }

    private GraphAnswer AddKey(OwnApplication row, GraphCall call)
    {
        OwnProof.Require(GraphJson.Text(call.Body, "proof"), row, call, tenant.ClockSkew);
        var asked = Part(call, "keyCredential");
        if ((GraphJson.Text(asked, "type"), GraphJson.Text(asked, "usage")) != ("AsymmetricX509Cert", "Verify"))
        {
            throw GraphErrorException.BadRequest("The emulator takes keys of type AsymmetricX509Cert and usage Verify.");
        }

        var certificate = Certificate(GraphJson.Text(asked, "key"));
        var name = GraphJson.Text(asked, "displayName") ?? certificate.Subject;
        if (name.Length > LongestName)
        {
            throw GraphErrorException.BadRequest($"The display name of a key has at most {LongestName} characters.");
        }

        if (certificate.NotAfter.ToUniversalTime() <= call.Now)
        {
            throw new GraphErrorException(400, "KeyCredentialsInvalidEndDate", "Key credential end date is invalid.");
        }

        tenant.Policies.For(row).CheckKey(certificate.NotAfter - certificate.NotBefore);
        row.Application.Credentials.Add(new ApplicationCertificate(certificate)
        {
            KeyId = Guid.NewGuid().ToString(),
            Name = name,
            KnownFrom = call.Now + tenant.Options.CredentialDelay,
            ShownFrom = call.Now + tenant.Options.ReplicationDelay,
        });

        // The recorded answer of Graph has nothing but its context.
        return GraphAnswer.Ok(new JsonObject { ["@odata.context"] = $"{call.Address}$metadata#microsoft.graph.keyCredential" });
    }

    private GraphAnswer RemoveKey(OwnApplication row, GraphCall call)
    {
        OwnProof.Require(GraphJson.Text(call.Body, "proof"), row, call, tenant.ClockSkew);
        var keyId = GraphJson.Text(call.Body, "keyId");
        return row.Certificates.FirstOrDefault(each => row.KeyIdOf(each) == keyId) is { } certificate
            && row.Application.Credentials.Remove(certificate)
            ? GraphAnswer.NoContent
            : throw new GraphErrorException(400, "Request_BadRequest", "No key credential found with keyId.");
    }

    private static X509Certificate2 Certificate(string? key)
    {
        try
        {
            var certificate = X509CertificateLoader.LoadCertificate(Convert.FromBase64String(key ?? ""));
            using var rsa = certificate.GetRSAPublicKey();
            return rsa is not null ? certificate : throw GraphErrorException.BadRequest("The certificate has no RSA key.");
        }
        catch (Exception exception) when (exception is FormatException or CryptographicException)
        {
            throw GraphErrorException.BadRequest("New key credential must be a certificate in DER, as Base64.");
        }
    }

    private static JsonElement Part(GraphCall call, string name) =>
        call.Body.ValueKind == JsonValueKind.Object && call.Body.TryGetProperty(name, out var part)
        && part.ValueKind == JsonValueKind.Object
            ? part
            : throw GraphErrorException.BadRequest($"Expected an object '{name}'.");

    private static DateTimeOffset? Date(JsonElement element, string name) => GraphJson.Text(element, name) is not { } text ? null
        : DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var date) ? date
        : throw GraphErrorException.BadRequest($"'{name}' is no date.");
}
