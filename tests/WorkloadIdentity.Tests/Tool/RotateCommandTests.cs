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
