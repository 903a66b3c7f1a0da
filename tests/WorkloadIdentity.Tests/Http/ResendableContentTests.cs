using System.Net.Http.Json;
using System.Text;

namespace WorkloadIdentity.Tests;

public sealed class ResendableContentTests
{
    public static TheoryData<string, bool> Contents => new()
    {
        { "none", true }, { "string", true }, { "form", true }, { "memory", true }, { "json", true }, { "json list", true },
        { "json query", false }, { "seekable stream", true }, { "one-way stream", false }, { "closed stream", false },
        { "loaded one-way stream", true }, { "multipart", true }, { "multipart with a one-way stream", false },
        { "nested too deep", false },
    };

    [Theory]
    [MemberData(nameof(Contents))]
    public async Task Only_what_stands_in_memory_or_can_be_rewound_can_be_sent_again(string what, bool expected)
    {
        using var content = await ContentAsync(what);

        Assert.Equal(expected, ResendableContent.Is(content));
    }

    private static async Task<HttpContent?> ContentAsync(string what)
    {
        switch (what)
        {
            case "none": return null;
            case "string": return new StringContent("x");
            case "form": return new FormUrlEncodedContent([]);
            case "memory": return new ReadOnlyMemoryContent(new byte[] { 1 });
            case "json": return JsonContent.Create(new { a = 1 });
            case "json list": return JsonContent.Create(new List<int> { 1 });
            case "json query": return JsonContent.Create(Enumerable.Range(0, 3).Where(number => number > 0));
            case "seekable stream": return new StreamContent(new MemoryStream([1]));
            case "one-way stream": return new StreamContent(new OneWayStream("x"));
            case "closed stream":
                var closed = new MemoryStream([1]);
                var ofClosed = new StreamContent(closed);
                closed.Dispose();
                return ofClosed;
            case "loaded one-way stream":
                var loaded = new StreamContent(new OneWayStream("x"));
                await loaded.LoadIntoBufferAsync();
                return loaded;
            case "multipart": return new MultipartContent { new StringContent("x") };
            case "multipart with a one-way stream": return new MultipartContent { new StreamContent(new OneWayStream("x")) };
            default:
                var nested = new MultipartContent { new StringContent("x") };
                for (var level = 0; level < 10; level++)
                {
                    nested = new MultipartContent { nested };
                }

                return nested;
        }
    }

    private sealed class OneWayStream(string text) : MemoryStream(Encoding.UTF8.GetBytes(text))
    {
        public override bool CanSeek => false;
    }
}
