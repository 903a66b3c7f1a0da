using System.Net;

namespace WorkloadIdentity.Tests;

public sealed class OriginalUriTests
{
    private static readonly Uri Issued = new("https://api.example/orders");
    private static readonly Uri Elsewhere = new("https://elsewhere.example/orders");

    private readonly OriginalUri _original = new(new AllowedOrigins(new AccessTokenHandlerOptions()), Issued);

    [Fact]
    public void Any_origin_is_covered_until_a_response_names_another_one()
    {
        Assert.True(Covers(Elsewhere));

        Answer("Location", "https://elsewhere.example/");

        Assert.False(Covers(Elsewhere));
    }

    [Fact]
    public void An_origin_that_the_message_was_sent_to_before_stays_covered()
    {
        _original.NoteSentTo(Elsewhere);
        Answer("Location", "https://third.example/");

        Assert.True(Covers(Elsewhere));
        Assert.False(Covers(new Uri("https://third.example/")));
    }

    [Theory]
    [InlineData("Location", "/next", true)]
    [InlineData("Location", "https://API.example:443/next", true)]
    [InlineData("Operation-Location", "https://elsewhere.example/", false)]
    [InlineData("Azure-AsyncOperation", "https://elsewhere.example/", false)]
    [InlineData("Location", "//elsewhere.example/next", false)]
    [InlineData("Location", "http://api.example/next", false)]
    [InlineData("Location", "https://[", false)]
    [InlineData("Content-Base", "https://elsewhere.example/", true)]
    public void A_place_of_another_origin_or_none_that_can_be_read_ends_the_cover(string header, string place, bool covers)
    {
        Answer(header, place);

        Assert.Equal(covers, Covers(Elsewhere));
    }

    [Fact]
    public void An_address_that_the_transport_changed_counts_as_named()
    {
        using var response = new HttpResponseMessage(HttpStatusCode.OK);
        using var followed = new HttpRequestMessage(HttpMethod.Get, Elsewhere);

        _original.NotePlacesIn(response, followed, Issued);

        Assert.False(Covers(Elsewhere));
    }

    private bool Covers(Uri address) => Origin.TryRead(address, out var origin) && _original.Covers(origin);

    private void Answer(string header, string place)
    {
        using var response = new HttpResponseMessage(HttpStatusCode.Found);
        response.Headers.TryAddWithoutValidation(header, place);
        _original.NoteNamesIn(response, Issued, Issued);
    }
}
