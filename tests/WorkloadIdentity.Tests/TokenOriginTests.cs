namespace WorkloadIdentity.Tests;

public sealed class TokenOriginTests
{
    private static readonly TokenOrigin Host = new("managed identity", "IMDS", "client", null);

    [Fact]
    public void The_outer_credential_stands_in_front()
    {
        TokenOrigin? last = null;

        Assert.Equal(Host with { AcquiredBy = "chain/managed identity" }, TokenOrigin.Of(Host, "chain", ref last));
        Assert.Equal(new TokenOrigin("desk", null, null, null), TokenOrigin.Of(null, "desk", ref last));
    }

    [Fact]
    public void Tokens_that_come_in_the_same_way_share_one_origin()
    {
        TokenOrigin? last = null;
        var first = TokenOrigin.Of(Host, "chain", ref last);

        Assert.Same(first, TokenOrigin.Of(Host with { }, "chain", ref last));
    }

    public static TheoryData<string, string?> Others => new()
    {
        { "chains", "managed identity" },
        { "chain", "identity" },
        { "chain/managed", "identity" },
        { "chain", null },
    };

    [Theory]
    [MemberData(nameof(Others))]
    public void A_credential_of_another_name_has_another_origin(string credential, string? inner)
    {
        TokenOrigin? last = null;
        TokenOrigin.Of(Host, "chain", ref last);
        var expected = inner is null ? credential : $"{credential}/{inner}";

        Assert.Equal(expected, TokenOrigin.Of(Host with { AcquiredBy = inner }, credential, ref last).AcquiredBy);
    }

    [Fact]
    public void Another_issuer_client_or_end_of_proof_is_another_origin()
    {
        TokenOrigin? last = null;
        var first = TokenOrigin.Of(Host, "chain", ref last);

        foreach (var other in new[]
        {
            Host with { Issuer = "Arc" }, Host with { ClientId = "other" }, Host with { ProofEndsOn = DateTimeOffset.MaxValue },
        })
        {
            last = first;
            Assert.NotSame(first, TokenOrigin.Of(other, "chain", ref last));
        }
    }

    /// <summary>A renewed certificate may have the end, the issuer and the client of the one before.</summary>
    [Fact]
    public void A_token_that_is_bound_to_another_certificate_has_another_origin()
    {
        var (one, two) = (new BoundCertificate(TestCertificate.One, []), new BoundCertificate(TestCertificate.Two, []));
        TokenOrigin? last = null;
        TokenOrigin.Of(Host with { Binding = one }, "chain", ref last);

        Assert.Same(two, TokenOrigin.Of(Host with { Binding = two }, "chain", ref last).Binding);
        Assert.Null(TokenOrigin.Of(Host, "chain", ref last).Binding);
    }
}
