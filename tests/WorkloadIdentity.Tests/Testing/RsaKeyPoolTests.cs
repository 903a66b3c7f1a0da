using System.Security.Cryptography;
using WorkloadIdentity.Testing;

namespace WorkloadIdentity.Tests;

public sealed class RsaKeyPoolTests
{
    [Fact]
    public void A_key_has_one_owner_at_a_time_and_another_one_after_it()
    {
        var pool = new RsaKeyPool();
        var first = pool.Take();
        var ofFirst = Modulus(first);
        using var second = pool.Take();

        pool.GiveBack(first);
        using var third = pool.Take();
        using var fourth = pool.Take();

        Assert.Equal(ofFirst, Modulus(third));
        Assert.Equal(3, new HashSet<string> { Modulus(second), Modulus(third), Modulus(fourth) }.Count);
        Assert.Equal(2048, fourth.KeySize);
        Assert.Throws<ObjectDisposedException>(() => Modulus(first));
    }

    [Fact]
    public void A_key_that_is_disposed_twice_is_given_back_once()
    {
        var disposed = new SigningKey(hasCertificate: false);
        disposed.Dispose();
        disposed.Dispose();

        using var one = new SigningKey(hasCertificate: false);
        using var other = new SigningKey(hasCertificate: false);

        Assert.NotEqual(one.KeyId, other.KeyId);
    }

    private static string Modulus(RSA key) => Convert.ToHexString(key.ExportParameters(includePrivateParameters: false).Modulus!);
}
