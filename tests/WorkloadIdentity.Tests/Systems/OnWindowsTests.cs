using System.Security.Cryptography.X509Certificates;
using WorkloadIdentity.Developer;

namespace WorkloadIdentity.Tests;

/// <summary>What only Windows has. Elsewhere these tests are counted by name and do not run.</summary>
[Collection(Tools.Name)]
public sealed class OnWindowsTests : IDisposable
{
    private readonly FakeTool _tool = new();

    private static string ArcFolder => Path.Combine(WorkloadEnvironment.ProgramData, "AzureConnectedMachineAgent", "Tokens");

    public void Dispose() => _tool.Dispose();

    [FactOn(Systems.Windows)]
    public async Task The_batch_file_of_the_azure_cli_is_run()
    {
        await WriteCliAsync(_tool.Folder);

        var result = await AcquireAsync();

        Assert.Equal("token-canary", result.Token?.Value);
    }

    [FactOn(Systems.Windows)]
    public async Task A_batch_file_in_a_folder_that_means_something_to_cmd_is_not_run()
    {
        var folder = Directory.CreateDirectory(Path.Combine(_tool.Folder, "a&b")).FullName;
        await WriteCliAsync(folder);
        _tool.Variables["PATH"] = folder;

        Assert.Equal(TokenVerdict.Unavailable, (await AcquireAsync()).Verdict);
    }

    [FactOn(Systems.Windows)]
    public void The_stores_of_the_machine_and_of_the_user_can_be_read()
    {
        var environment = WorkloadEnvironment.FromProcess();

        Assert.Null(Record.Exception(() => environment.Certificates(StoreLocation.LocalMachine, "My")));
        Assert.Null(Record.Exception(() => environment.Certificates(StoreLocation.CurrentUser, "My")));
    }

    [FactOn(Systems.Windows)]
    public void A_key_file_of_the_arc_agent_is_accepted_in_any_letter_case()
    {
        Assert.Null(WorkloadEnvironment.ArcKey.PathProblem(Path.Combine(ArcFolder, "0b2d.key")));
        Assert.Null(WorkloadEnvironment.ArcKey.PathProblem(Path.Combine(ArcFolder.ToUpperInvariant(), "0B2D.KEY")));
    }

    [FactOn(Systems.Windows)]
    public void Another_stream_a_device_and_another_folder_are_no_key_files()
    {
        foreach (var path in new[] { @"0b2d.key:other.key", @"..\0b2d.key", @"sub\0b2d.key", "0b2d.key." })
        {
            Assert.NotNull(WorkloadEnvironment.ArcKey.PathProblem($@"{ArcFolder}\{path}"));
        }

        Assert.NotNull(WorkloadEnvironment.ArcKey.PathProblem($@"\\?\{ArcFolder}\0b2d.key"));
    }

    private static async Task WriteCliAsync(string folder)
    {
        await File.WriteAllTextAsync(Path.Combine(folder, "answer.json"), FakeTool.AzToken());
        await File.WriteAllTextAsync(Path.Combine(folder, "az.cmd"), "@type \"%~dp0answer.json\"\r\n");
    }

    private Task<TokenResult> AcquireAsync() => DeveloperCredential
        .AzureCli(new DeveloperCredentialOptions
        {
            Environment = WorkloadEnvironment.FromValues(_tool.Variables),
            TimeProvider = _tool.Clock,
        })
        .AcquireAsync(new Acquisition(new TokenRequest("https://graph.microsoft.com/.default")), CancellationToken.None).AsTask();
}
