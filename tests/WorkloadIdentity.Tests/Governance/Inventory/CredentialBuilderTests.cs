using WorkloadIdentity.Governance;

namespace WorkloadIdentity.Tests;

public sealed class CredentialBuilderTests
{
    [Theory]
    [InlineData("AAECAwQFBgcICQoLDA0ODxAREhM=", "000102030405060708090A0B0C0D0E0F10111213")]
    [InlineData("000102030405060708090a0b0c0d0e0f10111213", "000102030405060708090A0B0C0D0E0F10111213")]
    [InlineData("bXkga2V5", null)]
    [InlineData("not base64!", null)]
    [InlineData("", null)]
    [InlineData(null, null)]
    public void A_thumbprint_is_read_in_Base64_and_in_hexadecimal(string? identifier, string? expected) =>
        Assert.Equal(expected, CredentialBuilder.Thumbprint(identifier));

    [Fact]
    public void The_three_parts_of_a_certificate_for_SAML_prove_nothing()
    {
        var principal = new ServicePrincipal
        {
            Id = new ServicePrincipalId("1"),
            KeyCredentials =
            [
                new KeyCredential { KeyId = "s", Usage = "Sign", Type = "X509CertAndPassword", CustomKeyIdentifier = "x" },
                new KeyCredential { KeyId = "v", Usage = "Verify", Type = "AsymmetricX509Cert", CustomKeyIdentifier = "x" },
                new KeyCredential { KeyId = "c", Usage = "Verify", Type = "AsymmetricX509Cert", CustomKeyIdentifier = "y" },
                new KeyCredential { KeyId = "y", Usage = "Verify", Type = "Symmetric" },
            ],
            PasswordCredentials = [new PasswordCredential { KeyId = "S" }, new PasswordCredential { KeyId = "p" }],
        };

        var built = new CredentialBuilder(new InventoryJoin(new InventoryTables(), "t"), principal, null).Build();

        Assert.Equal(
            [
                ("s", CredentialKind.SigningKey), ("v", CredentialKind.SigningKey), ("c", CredentialKind.Certificate),
                ("y", CredentialKind.SymmetricKey), ("S", CredentialKind.SigningKey), ("p", CredentialKind.Secret),
            ],
            built.Select(credential => (credential.KeyId, credential.Kind)));
        Assert.All(built, credential => Assert.False(credential.IsOnApplication));
    }
}
