using WorkloadIdentity.Testing;

namespace WorkloadIdentity.Tests;

/// <summary>
/// The files that an emulator's file asks for. It may be somebody else's, so what it names is a danger to the files of whoever starts it.
/// </summary>
public sealed class OutputFileTests : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("emulator-output-").FullName;

    public OutputFileTests() => Directory.CreateDirectory(Folder);

    public static TheoryData<string> Names =>
    [
        "/etc/profile.d/x.sh", "../x", "a/../../x", "a/../x", "./x", "..", ".", "/", "x/", "a//x",
        ".bashrc", ".git/hooks/pre-commit", "a/.ssh/authorized_keys",
        "~/../x/.profile", @"..\x", @"C:\x", "C:x", "x:stream", @"\\server\share\x",
        "x\n", "a\0b", "x ", " x", "x.", "a./x", "a\u200bb", "nul|x", "x?", "x*",
        "GIT~1/hooks/x", "a/SSH~1/authorized_keys", "x~", "~x", "a~b/x", "NUL", "nul.txt", "a/Com1", "con/x", "LPT\u00b9", "aux .pem",
    ];

    private string Folder => Path.Combine(_root, "theirs");

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Theory]
    [MemberData(nameof(Names))]
    public void A_name_that_is_not_one_below_the_folder_is_refused(string name)
    {
        var text = System.Text.Json.JsonSerializer.Serialize(name);
        foreach (var (path, json) in new[]
        {
            ("admin.tokenFile", $$"""{ "admin": { "tokenFile": {{text}} } }"""),
            ("server.certificateAuthorityFile", $$"""{ "server": { "certificateAuthorityFile": {{text}} } }"""),
        })
        {
            var problem = Assert.Single(Assert.Throws<EmulatorFileException>(() => EmulatorFile.Parse(json, Folder, _root)).Problems);
            Assert.Equal(path, problem.Path);
            Assert.Contains("below the folder of this file", problem.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task They_are_written_below_the_files_folder_or_below_a_given_one()
    {
        var output = Directory.CreateDirectory(Path.Combine(_root, "ours", "deeper")).Parent!.FullName;
        await WriteDocumentAsync("ca.pem", "deeper/token.txt");
        Directory.CreateDirectory(Path.Combine(Folder, "deeper"));

        await using (var entra = await EmulatorFile.Read(Document).StartAsync())
        {
            Assert.Equal(entra.AdminToken, await File.ReadAllTextAsync(Path.Combine(Folder, "deeper", "token.txt")));
            Assert.Equal(
                $"{entra.CertificateAuthority.ExportCertificatePem()}\n", await File.ReadAllTextAsync(Path.Combine(Folder, "ca.pem")));
        }

        await using (var entra = await EmulatorFile.Read(Document, output).StartAsync())
        {
            Assert.Equal(entra.AdminToken, await File.ReadAllTextAsync(Path.Combine(output, "deeper", "token.txt")));
            Assert.NotEqual(entra.AdminToken, await File.ReadAllTextAsync(Path.Combine(Folder, "deeper", "token.txt")));
            if (!OperatingSystem.IsWindows())
            {
                Assert.Equal(
                    UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Path.Combine(output, "deeper", "token.txt")));
            }
        }
    }

    [Fact]
    public async Task Those_of_another_run_are_replaced_and_nothing_else_is_left_in_the_folder()
    {
        await WriteDocumentAsync("ca.pem", "token.txt");
        var tokens = new List<string>();
        for (var run = 0; run < 2; run++)
        {
            await using var entra = await EmulatorFile.Read(Document).StartAsync();
            tokens.Add(await File.ReadAllTextAsync(Path.Combine(Folder, "token.txt")));
        }

        Assert.NotEqual(tokens[0], tokens[1]);
        Assert.All(tokens, token => Assert.Matches(@"\A[A-Za-z0-9_-]{43,}\z", token));
        Assert.Equal(
            ["ca.pem", "emulator.json", "token.txt"],
            Directory.GetFileSystemEntries(Folder).Select(Path.GetFileName).Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("a file of mine")]
    [InlineData("")]
    [InlineData("emulator-0123456789012345678901234567890123456789012\n# and a line of mine")]
    [InlineData("emulator.json")]
    public async Task A_file_that_no_emulator_made_is_not_replaced(string content)
    {
        foreach (var (authority, token) in new[] { ("x", "token.txt"), ("ca.pem", "x") })
        {
            await WriteDocumentAsync(authority, token);
            var path = content == "emulator.json" ? Document : Path.Combine(Folder, "x");
            if (content == "emulator.json")
            {
                await WriteDocumentAsync(authority == "x" ? content : authority, token == "x" ? content : token);
                content = await File.ReadAllTextAsync(path);
            }
            else
            {
                await File.WriteAllTextAsync(path, content);
            }

            Assert.Contains("no emulator made it", await FailureAsync(), StringComparison.Ordinal);
            Assert.Equal(content, await File.ReadAllTextAsync(path));
            Assert.DoesNotContain(Directory.GetFiles(Folder), file => file.EndsWith(".new", StringComparison.Ordinal));
        }
    }

    [Fact]
    public async Task An_authority_with_anything_beside_it_is_not_replaced()
    {
        await WriteDocumentAsync("ca.pem", "token.txt");
        await (await EmulatorFile.Read(Document).StartAsync()).DisposeAsync();
        await File.AppendAllTextAsync(Path.Combine(Folder, "ca.pem"), "# and the company's own authority\n");

        Assert.Contains("no emulator made it", await FailureAsync(), StringComparison.Ordinal);
    }

    [FactOn(Systems.Unix)]
    public async Task Nothing_is_written_through_a_link()
    {
        var outside = Directory.CreateDirectory(Path.Combine(_root, "mine")).FullName;
        var target = Path.Combine(outside, "file");
        var made = $"emulator-{new string('a', 43)}";
        await File.WriteAllTextAsync(target, made);
        File.CreateSymbolicLink(Path.Combine(Folder, "link"), target);
        File.CreateSymbolicLink(Path.Combine(Folder, "dangling"), Path.Combine(outside, "new"));
        Directory.CreateSymbolicLink(Path.Combine(Folder, "folder"), outside);

        foreach (var name in new[] { "link", "dangling", "folder/file", "folder/new" })
        {
            await WriteDocumentAsync("ca.pem", name);
            Assert.Contains("is a link", await FailureAsync(), StringComparison.Ordinal);
            await WriteDocumentAsync(name, "token.txt");
            Assert.Contains("is a link", await FailureAsync(), StringComparison.Ordinal);
        }

        Assert.Equal(made, await File.ReadAllTextAsync(target));
        Assert.Equal([target], Directory.GetFileSystemEntries(outside));
    }

    [FactOn(Systems.Unix)]
    public async Task A_hard_link_is_replaced_and_its_target_is_not_changed()
    {
        // A hard link: the file is replaced by its name, never written into.
        await WriteDocumentAsync("ca.pem", "token.txt");
        var (mine, made) = (Path.Combine(_root, "mine"), $"emulator-{new string('a', 43)}");
        await File.WriteAllTextAsync(mine, made);
        using var link = System.Diagnostics.Process.Start("ln", [mine, Path.Combine(Folder, "token.txt")]);
        await link.WaitForExitAsync();

        await using var entra = await EmulatorFile.Read(Document).StartAsync();

        Assert.Equal(made, await File.ReadAllTextAsync(mine));
        Assert.Equal(entra.AdminToken, await File.ReadAllTextAsync(Path.Combine(Folder, "token.txt")));
    }

    [Theory]
    [InlineData("""{ "server": { "certificateAuthorityFile": "x" }, "admin": { "tokenFile": "x" } }""", "certificateAuthorityFile")]
    [InlineData("""{ "admin": { "tokenFile": "x", "token": "0123456789012345678901234567890123456789" } }""", "a new token")]
    [InlineData("""{ "admin": { "tokenFile": "x", "tokenFromFile": "token" } }""", "a new token")]
    public async Task A_document_chooses_no_byte_of_what_is_written(string json, string says)
    {
        await File.WriteAllTextAsync(Path.Combine(Folder, "token"), "0123456789012345678901234567890123456789");

        var problem = Assert.Single(Assert.Throws<EmulatorFileException>(() => EmulatorFile.Parse(json, Folder)).Problems);

        Assert.Equal("admin.tokenFile", problem.Path);
        Assert.Contains(says, problem.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("$(touch${IFS}/tmp/x)0123456789012345678901234567890")]
    [InlineData("01234567890123456789012345678901234567+/")]
    [InlineData("0123456789012345678901234567890")]
    public void A_chosen_token_is_one_word_to_every_shell(string token)
    {
        var json = $$"""{ "admin": { "token": "{{token}}" } }""";

        var problem = Assert.Single(Assert.Throws<EmulatorFileException>(() => EmulatorFile.Parse(json)).Problems);

        Assert.Equal("admin.token", problem.Path);
        Assert.DoesNotContain(token, problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_the_emulator_refuses_at_its_start_is_a_problem_of_the_file()
    {
        var file = EmulatorFile.Parse("""
            {
              "tenants": [ { "id": "72f988bf-86f1-41af-91ab-2d7cd011db47" }, { "id": "b2a1c5d4-3f60-4c58-8f0e-0c1f0a5f7d11" } ],
              "managedIdentities": [ { "clientId": "9b3a5a40-54ce-4e3c-9df5-0a3f6e3f7c22" } ],
              "applications": [
                {
                  "clientId": "6bf7ab3f-6a37-4f6d-9a3c-2ee0f1d1f8a3", "tenant": "b2a1c5d4-3f60-4c58-8f0e-0c1f0a5f7d11",
                  "federatedCredentials": [ { "managedIdentity": "9b3a5a40-54ce-4e3c-9df5-0a3f6e3f7c22" } ]
                }
              ]
            }
            """);

        var failure = await Assert.ThrowsAsync<EmulatorFileException>(() => file.StartAsync());

        Assert.Contains("home tenant", Assert.Single(failure.Problems).Message, StringComparison.Ordinal);
    }

    private string Document => Path.Combine(Folder, "emulator.json");

    private async Task<string> FailureAsync() =>
        (await Assert.ThrowsAsync<IOException>(() => EmulatorFile.Read(Document).StartAsync())).Message;

    private Task WriteDocumentAsync(string authorityFile, string tokenFile) => File.WriteAllTextAsync(
        Document, $$"""{ "server": { "certificateAuthorityFile": "{{authorityFile}}" }, "admin": { "tokenFile": "{{tokenFile}}" } }""");
}
