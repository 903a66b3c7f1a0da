using Microsoft.Playwright;
using WorkloadIdentity.Tests;

namespace WorkloadIdentity.IntegrationTests;

/// <summary>The Chromium of this machine, if any: Debian's, or Chrome. Playwright downloads none.</summary>
public sealed class Chromium : IAsyncLifetime
{
    private IPlaywright? _playwright;

    /// <summary>The full path; null when there is none.</summary>
    public static string? Program { get; } = Node.Find("chromium") ?? Node.Find("google-chrome");

    /// <summary>Why the tests are skipped; null when they run. Under CI they always run, and fail without a browser.</summary>
    public static string? SkipReason { get; } = OtherSystem.Reason(Systems.Linux)
        ?? (Program is null && !Node.UnderCI
            ? "Chromium is not on the PATH. Install it (apt-get install chromium) to run these tests."
            : null);

    public IBrowser Browser { get; private set; } = null!;

    public async Task InitializeAsync()
    {
        if (SkipReason is null)
        {
            _playwright = await Playwright.CreateAsync();

            // Root, as in a container, gets no sandbox. The page is our own.
            Browser = await _playwright.Chromium.LaunchAsync(new() { ExecutablePath = Program, Args = ["--no-sandbox"] });
        }
    }

    public async Task DisposeAsync()
    {
        if (Browser is not null)
        {
            await Browser.DisposeAsync();
        }

        _playwright?.Dispose();
    }
}
