using System.Runtime.InteropServices;
using System.Text;

namespace WorkloadIdentity.Tests;

/// <summary>Files that never end: named pipes, devices, storage that does not answer.</summary>
public sealed class FileReadsTests : IDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(10);

    private readonly string _folder = Directory.CreateTempSubdirectory("workload-identity-").FullName;
    private readonly WorkloadEnvironment _environment = WorkloadEnvironment.FromProcess();

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void A_file_is_read_through_links_as_Kubernetes_makes_them()
    {
        Directory.CreateDirectory(Path.Join(_folder, "..2026"));
        File.WriteAllText(Path.Join(_folder, "..2026", "token"), "the-token\n");
        Directory.CreateSymbolicLink(Path.Join(_folder, "..data"), "..2026");
        File.CreateSymbolicLink(Path.Join(_folder, "token"), Path.Join("..data", "token"));

        Assert.Equal(("the-token", null), _environment.ReadFile(Path.Join(_folder, "token")).AsLine());
    }

    [Fact]
    public void What_is_not_there_is_missing()
    {
        File.CreateSymbolicLink(Path.Join(_folder, "to-nothing"), "nothing");

        Assert.True(_environment.ReadFile(Path.Join(_folder, "nothing")).IsMissing);
        Assert.True(_environment.ReadFile(Path.Join(_folder, "no-folder", "nothing")).IsMissing);
        Assert.True(_environment.ReadFile(Path.Join(_folder, "to-nothing")).IsMissing);
    }

    [Fact]
    public void A_folder_and_a_circle_of_links_are_no_files()
    {
        File.CreateSymbolicLink(Path.Join(_folder, "one"), "two");
        File.CreateSymbolicLink(Path.Join(_folder, "two"), "one");

        Assert.Null(_environment.ReadFile(_folder).Bytes);
        Assert.Null(_environment.ReadFile(Path.Join(_folder, "one")).Bytes);
    }

    [TheoryOn(Systems.Unix)]
    [InlineData(false)]
    [InlineData(true)]
    public void A_named_pipe_is_never_opened(bool behindLink)
    {
        var path = Path.Join(_folder, "pipe");
        Assert.Equal(0, MakePipe(Encoding.UTF8.GetBytes(path + "\0"), Convert.ToUInt32("600", 8)));
        if (behindLink)
        {
            path = File.CreateSymbolicLink(Path.Join(_folder, "link"), "pipe").FullName;
        }

        var (line, problem) = _environment.ReadFile(path).AsLine();

        Assert.Null(line);
        Assert.Contains("named pipe", problem, StringComparison.Ordinal);
    }

    [TheoryOn(Systems.Linux)]
    [InlineData("/dev/zero")]
    [InlineData("/dev/tty")]
    [InlineData("/dev/stdin")]
    public void A_device_is_never_read(string path)
    {
        Assert.NotNull(_environment.ReadFile(path).AsLine().Problem);
    }

    [Fact]
    public async Task A_read_that_does_not_end_is_given_up_and_not_begun_again_until_it_has()
    {
        var clock = new FakeClock();
        var reads = new FileReads(Limit, clock);
        using var storage = new ManualResetEventSlim();
        var begun = 0;
        FileContent Read() => reads.Read("/mnt/secret", () =>
        {
            Interlocked.Increment(ref begun);
            storage.Wait();
            return FileContent.Read("/mnt/secret", Encoding.UTF8.GetBytes("secret"));
        });

        var first = Task.Run(Read);
        await Patience.UntilAsync(() => clock.PendingTimers == 1);
        clock.Advance(Limit);

        var content = await first.WaitAsync(Patience.Limit);
        Assert.Equal("'/mnt/secret' was not read within 10 s. The storage behind it does not answer; check its mount", content.Problem);
        Assert.False(content.IsMissing);
        Assert.IsType<TimeoutException>(Read().Exception);
        Assert.Equal(1, begun);
        Assert.NotNull(reads.Read("/mnt/other", () => FileContent.Read("/mnt/other", [1])).Bytes);

        storage.Set();
        await Patience.UntilAsync(() => Read().Bytes is not null);
        Assert.Equal(2, begun);
        Assert.Equal(0, clock.PendingTimers);
    }

    [DllImport("libc", EntryPoint = "mkfifo", ExactSpelling = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int MakePipe(byte[] path, uint mode);
}
