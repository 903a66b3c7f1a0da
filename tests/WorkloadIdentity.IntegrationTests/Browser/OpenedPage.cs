using Microsoft.Playwright;
using WorkloadIdentity.Testing;

namespace WorkloadIdentity.IntegrationTests;

/// <summary>
/// The emulator's page in a tab of its own. What the browser complains about is kept: a script that was stopped, a failed request.
/// </summary>
internal sealed class OpenedPage : IAsyncDisposable
{
    private readonly IBrowserContext _context;

    private OpenedPage(IBrowserContext context, IPage page)
    {
        _context = context;
        Page = page;
        page.Console += (_, message) => Complaints.Add($"{message.Type}: {message.Text}");
        page.PageError += (_, error) => Complaints.Add(error);
        page.Dialog += (_, dialog) => Complaints.Add($"a dialog: {dialog.Message}");
    }

    public IPage Page { get; }

    public List<string> Complaints { get; } = [];

    public ILocator Status => Page.Locator("#status");

    /// <summary>Opens the link that <c>wid emulator</c> prints; without the token if so said.</summary>
    public static async Task<OpenedPage> OpenAsync(
        Chromium chromium, EntraEmulator entra, bool withToken = true, int width = 1280, ColorScheme scheme = ColorScheme.Light)
    {
        var context = await chromium.Browser.NewContextAsync(new()
        {
            ViewportSize = new() { Width = width, Height = 844 },
            ColorScheme = scheme,
            ReducedMotion = ReducedMotion.Reduce,
            Permissions = ["clipboard-read", "clipboard-write"],
            IgnoreHTTPSErrors = true,
        });
        // A busy machine is slow, and an assertion that holds returns at once.
        context.SetDefaultTimeout(60_000);
        Assertions.SetDefaultExpectTimeout(60_000);
        var opened = new OpenedPage(context, await context.NewPageAsync());
        await opened.Page.GotoAsync($"{entra.PageAddress}{(withToken ? $"#token={entra.AdminToken}" : "")}");
        if (withToken)
        {
            await Assertions.Expect(opened.Page.Locator("#connection")).ToHaveTextAsync("Live");
        }

        return opened;
    }

    /// <summary>The card of an application, an API, an issuer, …</summary>
    public ILocator Card(string id) => Page.Locator($".card[data-id=\"{id}\"]");

    public ILocator Switch(string name) => Page.GetByRole(AriaRole.Switch, new() { Name = name });

    public ValueTask DisposeAsync() => _context.DisposeAsync();
}
