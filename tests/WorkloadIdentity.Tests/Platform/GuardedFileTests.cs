namespace WorkloadIdentity.Tests;

/// <summary>On a real disk: what is read of a file whose path somebody else names.</summary>
public sealed class GuardedFileTests : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("guarded-").FullName;
    private readonly string _folder;
    private readonly GuardedFile _rule;

    public GuardedFileTests()
    {
        // Where the temporary folder is itself reached through a link, the test begins behind it.
        _folder = Directory.CreateDirectory(Path.Combine(_root, "tokens")).FullName;
        _rule = new GuardedFile(_folder, ".key", 4096);
    }

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [FactOn(Systems.Linux | Systems.Windows)]
    public void A_small_file_directly_in_the_folder_is_read()
    {
        Assert.Equal(("canary", null), Read(Write("tokens/a.key", "canary\n")).AsLine());
        Assert.Equal(4096, Read(Write("tokens/b.key", new string('x', 4096))).Bytes!.Length);
    }

    [FactOn(Systems.Linux | Systems.Windows)]
    public void One_byte_more_is_too_large() =>
        Assert.Contains("larger than 4 KiB", Read(Write("tokens/a.key", new string('x', 4097))).Problem, StringComparison.Ordinal);

    [FactOn(Systems.Linux)]
    public void A_file_without_an_end_is_not_read()
    {
        var rule = new GuardedFile("/dev", "zero", 4096);

        Assert.Null(rule.PathProblem("/dev/xzero"));
        Assert.NotNull(rule.PathProblem("/dev/zero"));
        var content = WorkloadEnvironment.FromProcess().ReadGuarded("/dev/zero", new GuardedFile("/dev", "ero", 4096));
        Assert.Empty(content.Bytes!);
        Assert.Contains("a device, which are never read", content.AsLine().Problem, StringComparison.Ordinal);
    }

    public static TheoryData<string> Elsewhere =>
    [
        "other/a.key", "tokens/../other/a.key", "tokens/../tokens/a.key", "tokens//a.key", "tokens/./a.key", "tokens/below/a.key", "a.key",
        "tokens-2/a.key",
    ];

    [Theory]
    [MemberData(nameof(Elsewhere))]
    public void A_path_that_is_not_directly_in_the_folder_is_not_opened(string path)
    {
        Directory.CreateDirectory(Path.Combine(_folder, "below"));
        Directory.CreateDirectory(Path.Combine(_root, "tokens-2"));
        var written = Write(path.Replace("../other", "other", StringComparison.Ordinal), "canary");
        Assert.True(File.Exists(written));

        var file = Read($"{_root}/{path}");

        Assert.Null(file.Bytes);
        Assert.Contains("not directly in", file.Problem, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("tokens/a.txt")]
    [InlineData("tokens/a.key.txt")]
    [InlineData("tokens/a.KEY")]
    [InlineData("tokens/.key")]
    [InlineData("tokens/akey")]
    public void A_name_that_does_not_end_in_the_extension_is_not_opened(string path)
    {
        if (OperatingSystem.IsWindows() && path.EndsWith(".KEY", StringComparison.Ordinal))
        {
            return; // Names are the same in either case there.
        }

        Assert.Contains("does not end in .key", Read(Write(path, "canary")).Problem, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("tokens/")]
    [InlineData("tokens/a:b.key")]
    [InlineData("tokens/a\\b.key")]
    [InlineData("tokens/a\0.key")]
    [InlineData("tokens/a\n.key")]
    [InlineData("tokens/*.key")]
    public void What_is_no_path_of_a_file_is_not_opened(string path) =>
        Assert.Equal("it is not the path of a file", Read(path.Length == 0 ? "" : $"{_root}/{path}").Problem);

    [Fact]
    public void A_path_far_too_long_is_not_opened() =>
        Assert.Equal("it is not the path of a file", Read($"{_folder}/{new string('a', 600)}.key").Problem);

    [Fact]
    public void A_link_to_another_file_is_not_followed()
    {
        Link("tokens/a.key", Write("secret.key", "canary"));

        Refused(Read($"{_folder}{Path.DirectorySeparatorChar}a.key"));
    }

    [Fact]
    public void A_link_to_a_file_in_the_same_folder_is_not_followed_either()
    {
        Link("tokens/a.key", Write("tokens/b.txt", "canary"));

        Refused(Read($"{_folder}{Path.DirectorySeparatorChar}a.key"));
    }

    [Fact]
    public void A_folder_that_is_a_link_is_not_the_folder()
    {
        Directory.CreateSymbolicLink(Path.Combine(_root, "linked"), Directory.CreateDirectory(Path.Combine(_root, "other")).FullName);
        Write("other/a.key", "canary");

        Refused(WorkloadEnvironment.FromProcess()
            .ReadGuarded(Path.Combine(_root, "linked", "a.key"), new GuardedFile(Path.Combine(_root, "linked"), ".key", 4096)));
    }

    [FactOn(Systems.Linux)]
    public async Task A_file_swapped_for_a_link_and_back_never_gives_another_files_content()
    {
        var path = Path.Combine(_folder, "a.key");
        var secret = Write("secret.key", "canary");
        using var stop = new CancellationTokenSource();
        var swapping = Task.Run(() =>
        {
            for (var i = 0; !stop.IsCancellationRequested; i++)
            {
                // Renaming over the path is atomic: whoever opens it finds one or the other.
                var next = Path.Combine(_folder, $"{i % 2}.next");
                if (i % 2 == 0)
                {
                    File.CreateSymbolicLink(next, secret);
                }
                else
                {
                    File.WriteAllText(next, "good");
                }

                File.Move(next, path, overwrite: true);
            }
        });

        var read = 0;
        var refused = 0;
        using var patience = new CancellationTokenSource(Patience.Limit, TimeProvider.System);
        while ((read < 50 || refused < 50) && !patience.IsCancellationRequested)
        {
            var file = Read(path);
            if (file.AsLine().Line is { } line)
            {
                Assert.Equal("good", line);
                read++;
            }
            else
            {
                refused++;
            }
        }

        await stop.CancelAsync();
        await swapping;
        Assert.True(read > 0 && refused > 0, $"The race was not run: {read} read, {refused} refused.");
    }

    [FactOn(Systems.Linux)]
    public void A_file_that_is_gone_once_it_was_opened_is_not_that_file()
    {
        var path = Write("tokens/a.key", "canary");
        using var handle = File.OpenHandle(path);
        Assert.Null(GuardedFile.HandleProblem(handle, path));

        File.Delete(path);
        File.WriteAllText(path, "another");
        Assert.NotNull(GuardedFile.HandleProblem(handle, path));
    }

    [Fact]
    public void Without_a_folder_nothing_is_opened() =>
        Assert.Contains(
            "operating system",
            WorkloadEnvironment.FromProcess().ReadGuarded("/a.key", new GuardedFile("", ".key", 4096)).Problem,
            StringComparison.Ordinal);

    [Fact]
    public void The_folder_of_the_arc_agent_is_fixed()
    {
        var good = OperatingSystem.IsWindows()
            ? Path.Combine(
                Environment.GetFolderPath(Environment.SpecialFolder.CommonApplicationData), @"AzureConnectedMachineAgent\Tokens\0b2d.key")
            : "/var/opt/azcmagent/tokens/0b2d.key";

        Assert.Equal(OperatingSystem.IsWindows() || OperatingSystem.IsLinux(), WorkloadEnvironment.ArcKey.PathProblem(good) is null);
        Assert.NotNull(WorkloadEnvironment.ArcKey.PathProblem(Path.Combine(_folder, "a.key")));
        Assert.Equal(4096, WorkloadEnvironment.ArcKey.MaxBytes);
    }

    private FileContent Read(string path) => WorkloadEnvironment.FromProcess().ReadGuarded(path, _rule);

    private string Write(string path, string text)
    {
        var full = Path.GetFullPath(Path.Combine(_root, path));
        Directory.CreateDirectory(Path.GetDirectoryName(full)!);
        File.WriteAllText(full, text);
        return full;
    }

    private void Link(string path, string target) => File.CreateSymbolicLink(Path.Combine(_root, path), target);

    private static void Refused(FileContent file)
    {
        Assert.Null(file.Bytes);
        Assert.Contains("a link leads elsewhere", file.Problem, StringComparison.Ordinal);
    }
}
