using WorkloadIdentity.Testing;
using WorkloadIdentity.Tool;

namespace WorkloadIdentity.Tests;

/// <summary><c>wid rotate</c> and <c>wid contain</c> against the emulator.</summary>
public sealed class RotateCommandTests : IAsyncLifetime
{
    private readonly string _folder = Directory.CreateTempSubdirectory("wid-rotate").FullName;
    private EntraEmulator _entra = null!;
    private EmulatedApi _graph = null!;
    private EmulatedApplication _application = null!;

    private string File => Path.Combine(_folder, "orders");

    public async Task InitializeAsync()
    {
        _entra = await EntraEmulator.StartAsync();
        _graph = _entra.AddGraph();
        foreach (var permission in RotationBench.Permissions)
        {
            _entra.Application.AssignRole(_graph, permission);
        }

        _application = _entra.AddApplication();
        _application.AddSecret("old-secret");
    }

    public async Task DisposeAsync()
    {
        await _entra.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    [Theory]
    [InlineData("--days", "0", "--days is not from 1 to 3660.")]
    [InlineData("--days", "2147483647", "--days is not from 1 to 3660.")]
    [InlineData("--grace-hours", "-1", "--grace-hours is not from 0 to 87840.")]
    [InlineData("--grace-hours", "2147483647", "--grace-hours is not from 0 to 87840.")]
    [InlineData("--days", "soon", "--days takes a whole number.")]
    [InlineData("--daiz", "1", "wid rotate start has no command or option '--daiz'.")]
    public async Task An_option_that_cannot_be_used_is_named(string option, string value, string message)
    {
        var run = await RunAsync("rotate", "start", _application.ClientId, "--to-file", File, option, value);

        Assert.Equal(ExitCodes.Usage, run.ExitCode);
        Assert.Contains(message, Unwrapped(run.Error), StringComparison.Ordinal);
        Assert.Contains("wid rotate start --help", Unwrapped(run.Error), StringComparison.Ordinal);
        Assert.DoesNotContain("wid explain wid#wid-start", Unwrapped(run.Error), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", "is a folder. Name a file in it.")]
    [InlineData("nowhere/orders", "does not exist. Make it, for the user of the programs.")]
    public async Task A_place_that_cannot_be_written_to_is_told_before_anything_is_added(string place, string message)
    {
        var run = await RunAsync(
            "rotate", "start", _application.ClientId, "--kind", "secret", "--to-file", Path.Combine(_folder, place), "--apply");

        Assert.Equal(ExitCodes.Machine, run.ExitCode);
        Assert.Contains(message, Unwrapped(run.Error), StringComparison.Ordinal);
        Assert.Single(_application.Credentials.Secrets);
        Assert.False(System.IO.File.Exists($"{_folder}.rotation"));
    }

    [Fact]
    public async Task A_mistake_in_the_name_of_the_file_is_told_by_both_steps()
    {
        await RunAsync("rotate", "start", _application.ClientId, "--kind", "secret", "--to-file", File, "--apply");
        var added = _application.Credentials.Secrets[1].KeyId!;

        var start = await RunAsync("rotate", "start", _application.ClientId, "--kind", "secret", "--to-file", $"{File}2", "--apply");
        var finish = await RunAsync("rotate", "finish", _application.ClientId, "--to-file", $"{File}2", "--force", "--apply");

        Assert.Contains($"remove the credential {added} in its place", Unwrapped(start.Error), StringComparison.Ordinal);
        Assert.Contains("which this command does not finish", finish.Out, StringComparison.Ordinal);
        Assert.Equal(2, _application.Credentials.Secrets.Count);
    }

    [Fact]
    public async Task A_secret_is_rotated_in_two_steps_and_only_with_apply()
    {
        var plan = await RunAsync("rotate", "start", _application.ClientId, "--kind", "secret", "--to-file", File);
        Assert.Equal((ExitCodes.Ok, ""), (plan.ExitCode, plan.Error));
        Assert.Contains("Nothing was changed. Add --apply to make these changes.", plan.Out, StringComparison.Ordinal);
        Assert.Contains($"Tenant:  {_entra.Tenant.Id}", plan.Out, StringComparison.Ordinal);
        Assert.Single(_application.Credentials.Secrets);
        Assert.Empty(Directory.GetFiles(_folder));

        var start = await RunAsync("rotate", "start", _application.ClientId, "--kind", "secret", "--to-file", File, "--apply");
        Assert.Equal((ExitCodes.Ok, ""), (start.ExitCode, start.Error));
        var secret = await System.IO.File.ReadAllTextAsync(File);
        Assert.Equal(secret, _application.Credentials.Secrets[^1].Value);
        Assert.DoesNotContain(secret, start.Out, StringComparison.Ordinal);

        var early = await RunAsync("rotate", "finish", _application.ClientId, "--to-file", File, "--apply");
        Assert.Equal(ExitCodes.Failed, early.ExitCode);
        Assert.Contains("The grace period has not passed", Unwrapped(early.Error), StringComparison.Ordinal);

        var finish = await RunAsync("rotate", "finish", _application.ClientId, "--to-file", File, "--grace-hours", "0", "--apply");
        Assert.Equal((ExitCodes.Ok, ""), (finish.ExitCode, finish.Error));
        Assert.Equal(secret, Assert.Single(_application.Credentials.Secrets).Value);
    }

    [Fact]
    public async Task Mistakes_are_told_before_anything_is_read()
    {
        string[][] mistakes =
        [
            ["rotate", "start", "orders", "--to-file", File],
            ["rotate", "start", _application.ClientId],
            ["rotate", "start", _application.ClientId, "--to-file", File, "--to-key-vault", "https://o.vault.azure.net/secrets/o"],
            ["rotate", "start", _application.ClientId, "--to-key-vault", "https://orders.example/secrets/orders"],
            ["rotate", "start", _application.ClientId, "--to-file", File, "--days", "0"],
            ["rotate", "start", _application.ClientId, "--to-file", File, "--proof", "/no/such/file"],
            ["contain", _application.ClientId],
            ["contain", "orders", "--plan"],
        ];
        foreach (var mistake in mistakes)
        {
            var run = await RunAsync(mistake);
            Assert.True(run.ExitCode == ExitCodes.Usage, $"{string.Join(' ', mistake)}: {run.ExitCode} {run.Error}");
        }

        Assert.Single(_application.Credentials.Secrets);
    }

    [Fact]
    public async Task A_folder_that_is_not_there_is_an_error_of_this_machine()
    {
        var run = await RunAsync(
            "rotate", "start", _application.ClientId, "--kind", "secret", "--to-file", Path.Combine(_folder, "none", "orders"), "--apply");

        Assert.Equal(ExitCodes.Machine, run.ExitCode);
        Assert.Single(_application.Credentials.Secrets);
    }

    [Fact]
    public async Task Contain_prints_its_plan_and_changes_nothing()
    {
        _application.AddSecret("another");
        var leaked = _application.Credentials.Secrets[0].KeyId!;

        var run = await RunAsync("contain", _application.ClientId, "--plan", "--key", leaked);

        Assert.Equal((ExitCodes.Ok, ""), (run.ExitCode, run.Error));
        Assert.Contains($"Remove the compromised client secret {leaked}", run.Out, StringComparison.Ordinal);
        Assert.Contains(
            $"wid rotate start {_application.ClientId} --replaces {leaked} --kind secret --to-file FILE --apply", Unwrapped(run.Out),
            StringComparison.Ordinal);
        Assert.Contains("az role assignment list", run.Out, StringComparison.Ordinal);
        Assert.Equal(2, _application.Credentials.Secrets.Count);
    }

    private static string Unwrapped(string text) =>
        string.Join(' ', text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));

    private async Task<ToolRun> RunAsync(params string[] arguments)
    {
        var (output, error) = (new StringWriter { NewLine = "\n" }, new StringWriter { NewLine = "\n" });
        var surroundings = new Surroundings
        {
            Environment = WorkloadEnvironment.FromValues(
                new Dictionary<string, string>(_entra.Application.EnvironmentWithSecret()), new Dictionary<string, byte[]>()),
            Out = output,
            Error = error,
            IsOutRedirected = true,
            IsErrorRedirected = true,
        };
        var code = await Wid.RunAsync([.. arguments, "--graph", _graph.Url.AbsoluteUri], surroundings, CancellationToken.None);
        return new ToolRun(code, output.ToString(), error.ToString());
    }
}
