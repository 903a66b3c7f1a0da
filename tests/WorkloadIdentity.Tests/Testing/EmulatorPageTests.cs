using System.Net;
using System.Text.RegularExpressions;
using WorkloadIdentity.Testing;

namespace WorkloadIdentity.Tests;

/// <summary>
/// The emulator's page: who gets its files, what a browser may do with them, and which requests of a browser reach the admin API.
/// </summary>
public sealed partial class EmulatorPageTests : IAsyncLifetime
{
    private static readonly (string, string)[] Navigation = [("Sec-Fetch-Mode", "navigate"), ("Sec-Fetch-Dest", "document")];
    private static readonly (string, string)[] Fetch = [("Sec-Fetch-Mode", "cors"), ("Sec-Fetch-Dest", "empty")];

    private EntraEmulator _entra = null!;

    public async Task InitializeAsync() => _entra = await EntraEmulator.StartAsync(new() { HasAdminApi = true });

    public async Task DisposeAsync() => await _entra.DisposeAsync();

    [Fact]
    public async Task Each_of_its_files_is_served_with_a_policy_that_allows_no_other_script()
    {
        foreach (var path in PageEndpoint.Files.Select(file => $"page/{file}").Prepend(""))
        {
            var reply = await _entra.GetAsync(path);

            Assert.Equal((path, 200), (path, reply.Status));
            var policy = reply.Headers["Content-Security-Policy"];
            Assert.Contains("default-src 'none'; script-src 'self';", policy, StringComparison.Ordinal);
            Assert.Contains("frame-ancestors 'none'; require-trusted-types-for 'script'", policy, StringComparison.Ordinal);
            Assert.DoesNotContain("unsafe", policy, StringComparison.Ordinal);
            Assert.Equal("nosniff", reply.Headers["X-Content-Type-Options"]);
            Assert.Equal("no-referrer", reply.Headers["Referrer-Policy"]);
            Assert.Equal("no-store", reply.Headers["Cache-Control"]);
            Assert.DoesNotContain(_entra.AdminToken!, reply.Body, StringComparison.Ordinal);
            Assert.DoesNotContain(_entra.Application.ClientId, reply.Body, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void All_files_of_the_folder_are_served_and_none_turns_text_into_markup_or_code()
    {
        var files = Repository.SourceFiles("src/WorkloadIdentity.Testing/Page", "*.*")
            .Where(file => !file.EndsWith(".cs", StringComparison.Ordinal));

        Assert.Equal(PageEndpoint.Files.Order(), files.Select(file => Path.GetFileName(file)).Order());
        Assert.All(files, file => Assert.DoesNotMatch(Markup(), Repository.Read(file)));
        Assert.DoesNotMatch(Inline(), Repository.Read("src/WorkloadIdentity.Testing/Page/index.html"));
    }

    [Fact]
    public async Task No_other_answer_may_run_a_script_at_its_origin()
    {
        _entra.Faults.Discovery.Next(Fault.Garbage);

        foreach (var path in (string[])["common/discovery/v2.0/keys", "common/discovery/v2.0/keys", "apis/1/", "nothing", "admin"])
        {
            var reply = await _entra.GetAsync(path);
            Assert.Equal("default-src 'none'; sandbox", reply.Headers["Content-Security-Policy"]);
            Assert.Equal("nosniff", reply.Headers["X-Content-Type-Options"]);
        }
    }

    [Fact]
    public async Task It_is_off_while_the_admin_API_is_off()
    {
        await using var entra = await EntraEmulator.StartAsync();

        var reply = await entra.GetAsync("");

        Assert.Equal(404, reply.Status);
        Assert.Contains("its admin API is off", reply.Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Beyond_loopback_it_is_served_over_https_only()
    {
        await using var entra =
            await EntraEmulator.StartAsync(new() { Address = IPAddress.Any, HostName = "localhost", HasAdminApi = true });
        using var http = new HttpClient(entra.CreateHandler());

        using var plain = await http.GetAsync(entra.PlainAddress);
        using var secure = await http.GetAsync(entra.PageAddress);

        Assert.Equal((HttpStatusCode.Forbidden, HttpStatusCode.OK), (plain.StatusCode, secure.StatusCode));
        Assert.Equal(Uri.UriSchemeHttps, entra.PageAddress.Scheme);
        Assert.Contains(entra.PageAddress.AbsoluteUri, await plain.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("none")]
    [InlineData("cross-site")]
    [InlineData("same-site")]
    [InlineData("same-origin")]
    public async Task A_link_from_anywhere_opens_the_page_and_nothing_else(string site)
    {
        (string, string)[] headers = [("Sec-Fetch-Site", site), .. Navigation];

        Assert.Equal(200, (await _entra.GetAsync("", headers)).Status);
        var others = site == "none" ? 200 : 403;
        Assert.Equal(others, (await _entra.GetAsync("common/discovery/v2.0/keys", headers)).Status);
        Assert.Equal(site == "none" ? 401 : 403, (await _entra.GetAsync("admin/", headers)).Status);
    }

    [Theory]
    [InlineData("Sec-Fetch-Dest", "iframe")]
    [InlineData("Sec-Fetch-Dest", "embed")]
    [InlineData("Sec-Fetch-Mode", "no-cors")]
    [InlineData("Origin", "null")]
    public async Task No_other_page_frames_or_reads_it(string name, string value)
    {
        (string Name, string Value)[] headers = [("Sec-Fetch-Site", "cross-site"), .. Navigation];

        var reply = await _entra.GetAsync("", [.. headers.Where(header => header.Name != name), (name, value)]);

        Assert.Equal(403, reply.Status);
    }

    public static TheoryData<string, string?, string, string, int> Requests => new()
    {
        // Site, Origin ("own" is the emulator's), mode, destination; with the admin token.
        { "same-origin", null, "cors", "empty", 201 },
        { "same-origin", "own", "cors", "empty", 201 },
        { "same-origin", "own", "same-origin", "empty", 201 },
        { "same-origin", "https://attacker.example", "cors", "empty", 403 },
        { "same-origin", "null", "cors", "empty", 403 },
        { "same-origin", "http://127.0.0.1", "cors", "empty", 403 },
        { "same-origin", "own", "navigate", "document", 403 },
        { "same-origin", "own", "no-cors", "empty", 403 },
        { "same-origin", "own", "cors", "script", 403 },
        { "same-site", "own", "cors", "empty", 403 },
        { "same-site", "http://127.0.0.1:1", "cors", "empty", 403 },
        { "cross-site", "own", "cors", "empty", 403 },
        { "cross-site", "https://attacker.example", "cors", "empty", 403 },
    };

    [Theory]
    [MemberData(nameof(Requests))]
    public async Task Only_its_own_page_reaches_the_admin_API(string site, string? origin, string mode, string destination, int status)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(_entra.AdminAddress, "keys/roll"))
        {
            Headers = { Authorization = new("Bearer", _entra.AdminToken) },
        };
        (string Name, string? Value)[] headers =
        [
            ("Sec-Fetch-Site", site), ("Sec-Fetch-Mode", mode), ("Sec-Fetch-Dest", destination),
            ("Origin", origin == "own" ? _entra.PageAddress.GetLeftPart(UriPartial.Authority) : origin),
        ];
        foreach (var (name, value) in headers.Where(header => header.Value is not null))
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        var before = _entra.Keys.CurrentKeyId;
        var reply = await _entra.SendAsync(request);

        Assert.Equal(status, reply.Status);
        Assert.Equal(status == 201, before != _entra.Keys.CurrentKeyId);
        Assert.DoesNotContain(reply.Headers.Keys, name => name.StartsWith("Access-Control", StringComparison.OrdinalIgnoreCase));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("wrong")]
    public async Task Its_own_page_needs_the_token_too(string? token)
    {
        (string, string)[] headers = [("Sec-Fetch-Site", "same-origin"), .. Fetch];

        var reply = await _entra.GetAsync("admin/page", token is null ? headers : [.. headers, ("Authorization", $"Bearer {token}")]);

        Assert.Equal(401, reply.Status);
    }

    [Fact]
    public async Task Its_own_page_reaches_nothing_but_the_admin_API()
    {
        (string, string)[] headers = [("Sec-Fetch-Site", "same-origin"), .. Fetch];

        foreach (var path in (string[])["common/discovery/v2.0/keys", "apis/1/", "msi/token", "administration", "page/nothing.js"])
        {
            Assert.Equal((path, 403), (path, (await _entra.GetAsync(path, headers)).Status));
        }
    }

    [GeneratedRegex(@"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function|javascript:|https?://(?!www\.w3\.org)")]
    private static partial Regex Markup();

    [GeneratedRegex(@"<script(?![^>]*\bsrc=)|<style|\sstyle=|\son[a-z]+=")]
    private static partial Regex Inline();
}
