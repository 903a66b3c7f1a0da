using System.Globalization;
using Deque.AxeCore.Playwright;
using Microsoft.Playwright;
using WorkloadIdentity.Testing;
using static Microsoft.Playwright.Assertions;

namespace WorkloadIdentity.IntegrationTests;

/// <summary>The emulator's page in a real browser.</summary>
[Collection(BrowserTests.Name)]
public sealed class EmulatorPageTests(Chromium chromium) : IClassFixture<Chromium>, IAsyncLifetime
{
    private const string Secret = "canary-s3cret-of-orders";
    private const string Hostile = "<img src=x onerror=alert(1)><script>alert(2)</script>";

    private EntraEmulator _entra = null!;
    private EmulatedApplication _orders = null!;

    public async Task InitializeAsync()
    {
        _entra = await EntraEmulator.StartAsync(new() { HasAdminApi = true });
        _orders = _entra.AddApplication("6bf7ab3f-6a37-4f6d-9a3c-2ee0f1d1f8a3");
        _orders.AddSecret("expired-canary", new DateTimeOffset(2024, 12, 31, 0, 0, 0, TimeSpan.Zero));
        _orders.AddSecret(Secret, new DateTimeOffset(2040, 12, 31, 0, 0, 0, TimeSpan.Zero));
        var gitHub = _entra.AddIssuer(EmulatedIssuerKind.GitHub);
        _orders.AddFederatedCredential(gitHub, "repo:contoso/orders:ref:refs/heads/main");
        var api = _entra.AddApi("api://orders");
        _orders.AssignRole(api, "Orders.Read");
        _entra.AddManagedIdentity("9b3a5a40-54ce-4e3c-9df5-0a3f6e3f7c22");
    }

    public async Task DisposeAsync() => await _entra.DisposeAsync();

    [ChromiumFact]
    public async Task The_link_opens_it_and_leaves_no_token_in_the_address()
    {
        await using var opened = await OpenedPage.OpenAsync(chromium, _entra);

        await Expect(opened.Card(_orders.ClientId)).ToContainTextAsync("expired Dec 31, 2024");
        await Expect(opened.Card(_orders.ClientId)).ToContainTextAsync("repo:contoso/orders:ref:refs/heads/main");
        await Expect(opened.Card(_orders.ClientId)).ToContainTextAsync("Orders.Read of api://orders");
        Assert.Equal(_entra.PageAddress.AbsoluteUri, opened.Page.Url);
        Assert.Equal(_entra.AdminToken, await opened.Page.EvaluateAsync<string>("sessionStorage.getItem('emulator-admin-token')"));
        Assert.Equal(0, await opened.Page.EvaluateAsync<int>("localStorage.length + document.cookie.length"));

        await opened.Page.ReloadAsync();
        await Expect(opened.Card(_orders.ClientId)).ToBeVisibleAsync();
        Assert.Equal([], opened.Complaints);
    }

    [ChromiumFact]
    public async Task Without_the_token_it_shows_nothing_and_asks()
    {
        await using var opened = await OpenedPage.OpenAsync(chromium, _entra, withToken: false);
        var token = opened.Page.GetByLabel("Token", new() { Exact = true });

        await Expect(token).ToBeFocusedAsync();
        await token.FillAsync("wrong");
        await token.PressAsync("Enter");
        await Expect(opened.Page.GetByRole(AriaRole.Alert)).ToContainTextAsync("refused this token");
        Assert.DoesNotContain(_orders.ClientId, await opened.Page.ContentAsync(), StringComparison.Ordinal);

        await token.FillAsync(_entra.AdminToken!);
        await token.PressAsync("Enter");
        await Expect(opened.Card(_orders.ClientId)).ToBeVisibleAsync();
        Assert.DoesNotContain(_entra.AdminToken!, await opened.Page.ContentAsync(), StringComparison.Ordinal);
    }

    [ChromiumFact]
    public async Task After_a_second_sign_in_a_button_acts_once()
    {
        await using var opened = await OpenedPage.OpenAsync(chromium, _entra);
        await Expect(opened.Card(_orders.ClientId)).ToBeVisibleAsync();
        await opened.Page.EvaluateAsync("sessionStorage.setItem('emulator-admin-token', 'wrong')");
        var token = opened.Page.GetByLabel("Token", new() { Exact = true });
        await Expect(token).ToBeFocusedAsync();
        await token.FillAsync(_entra.AdminToken!);
        await token.PressAsync("Enter");
        await Expect(opened.Card(_orders.ClientId)).ToBeVisibleAsync();

        await opened.Page.Locator("#journal-live").ClickAsync();

        await Expect(opened.Page.Locator("#journal-live")).ToHaveTextAsync("Paused");
    }

    [ChromiumFact]
    public async Task Requests_appear_with_their_verdict_and_reason()
    {
        await using var opened = await OpenedPage.OpenAsync(chromium, _entra);

        await AskAsync("wrong");
        await AskAsync(Secret);

        var rows = opened.Page.Locator(".entry-row");
        await Expect(rows).ToHaveCountAsync(2);
        await Expect(rows.Nth(0).Locator(".badge")).ToHaveTextAsync("200");
        await Expect(rows.Nth(1).Locator(".badge")).ToHaveTextAsync("AADSTS7000215");
        await Expect(rows.Nth(1)).ToContainTextAsync($"The client secret is none of the application '{_orders.ClientId}'.");

        await opened.Page.GetByLabel("Refused only").CheckAsync();
        await Expect(rows).ToHaveCountAsync(1);
        await AskAsync(Secret);
        await AskAsync("wrong again");
        await Expect(rows).ToHaveCountAsync(2);
        await Expect(rows.Nth(0).Locator(".badge")).ToHaveTextAsync("AADSTS7000215");

        await opened.Page.GetByRole(AriaRole.Button, new() { Name = "Live" }).ClickAsync();
        await opened.Page.GetByLabel("Refused only").UncheckAsync();
        await Expect(rows).ToHaveCountAsync(4);
        Assert.Equal([], opened.Complaints);
    }

    [ChromiumFact]
    public async Task Switches_and_buttons_do_what_the_admin_API_does_also_by_keyboard()
    {
        await using var opened = await OpenedPage.OpenAsync(chromium, _entra);
        var card = opened.Card(_orders.ClientId);
        var keyId = await opened.Page.Locator("#key-id").TextContentAsync();

        await opened.Switch("Token endpoint down").FocusAsync();
        await opened.Page.Keyboard.PressAsync("Space");
        await Expect(opened.Switch("Token endpoint down")).ToHaveAttributeAsync("aria-checked", "true");
        await Expect(opened.Switch("Token endpoint down")).ToBeFocusedAsync();
        Assert.True(_entra.Faults.TokenEndpoint.Outage);
        await opened.Page.GetByRole(AriaRole.Button, new() { Name = "End all" }).ClickAsync();
        await Expect(opened.Switch("Token endpoint down")).ToHaveAttributeAsync("aria-checked", "false");

        await card.GetByRole(AriaRole.Switch, new() { Name = "Blocked by Conditional Access" }).ClickAsync();
        await Expect(card).ToContainTextAsync("blocked");
        Assert.Equal(400, await AskAsync(Secret));
        await Expect(opened.Page.Locator(".entry-row").First).ToContainTextAsync("AADSTS53003");
        await card.GetByRole(AriaRole.Switch, new() { Name = "Blocked by Conditional Access" }).ClickAsync();
        await Expect(card.Locator("h4 .badge")).ToHaveCountAsync(0);

        await opened.Page.GetByRole(AriaRole.Button, new() { Name = "Roll key" }).First.ClickAsync();
        await Expect(opened.Page.Locator("#key-id")).Not.ToHaveTextAsync(keyId!);
        await card.GetByRole(AriaRole.Button, new() { Name = "Revoke tokens" }).ClickAsync();
        await Expect(opened.Status).ToHaveTextAsync($"Revoked the tokens of {_orders.ClientId}.");

        await opened.Page.GetByLabel("meet", new() { Exact = true }).SelectOptionAsync("throttled");
        await opened.Page.GetByRole(AriaRole.Button, new() { Name = "Inject" }).ClickAsync();
        await Expect(opened.Status).ToContainTextAsync("The next request meets 429");
        Assert.Equal(429, await AskAsync(Secret));
        Assert.Equal([], opened.Complaints);
    }

    [ChromiumFact]
    public async Task What_changes_elsewhere_is_shown_and_an_open_part_stays_open()
    {
        await using var opened = await OpenedPage.OpenAsync(chromium, _entra);
        var card = opened.Card(_orders.ClientId);
        await card.GetByText("Settings to copy").ClickAsync();

        _orders.IsEnabled = false;
        _entra.AddApi("api://new");

        await Expect(card).ToContainTextAsync("disabled");
        await Expect(opened.Card("api://new")).ToBeVisibleAsync();
        await Expect(card.GetByRole(AriaRole.Tabpanel)).ToBeVisibleAsync();
    }

    [ChromiumFact]
    public async Task Settings_are_copied_with_the_secret_that_the_page_does_not_show()
    {
        await using var opened = await OpenedPage.OpenAsync(chromium, _entra);
        var card = opened.Card(_orders.ClientId);
        await card.GetByText("Settings to copy").ClickAsync();

        foreach (var (tab, expected) in ((string, string)[])[
            (".NET code", $"\"{Secret}\""), ("appsettings.json", $"\"ClientSecret\": \"{Secret}\""),
            ("Environment", $"export AZURE_CLIENT_SECRET={Secret}"), ("JSON", $"\"AZURE_CLIENT_SECRET\": \"{Secret}\"")])
        {
            await card.GetByRole(AriaRole.Tab, new() { Name = tab, Exact = true }).ClickAsync();
            await Expect(card.GetByRole(AriaRole.Tabpanel)).ToContainTextAsync("••••••••");
            await opened.Page.EvaluateAsync("navigator.clipboard.writeText('')");
            await card.GetByRole(AriaRole.Button, new() { Name = "Copy", Exact = true }).ClickAsync();
            await opened.Page.WaitForFunctionAsync("async text => (await navigator.clipboard.readText()).includes(text)", expected);
            await Expect(opened.Status).ToHaveTextAsync("Copied, with the secret.");
        }

        Assert.DoesNotContain("canary", await opened.Page.ContentAsync(), StringComparison.Ordinal);
        Assert.Equal([], opened.Complaints);
    }

    [ChromiumFact]
    public async Task Names_are_text_and_never_markup()
    {
        var app = _entra.AddApplication();
        app.AddFederatedCredential($"https://{Hostile}", Hostile);
        _entra.AddApi($"api://{Hostile}".Replace(" ", "/", StringComparison.Ordinal));
        await using var opened = await OpenedPage.OpenAsync(chromium, _entra);
        using var http = new HttpClient();
        await http.GetAsync(new Uri(_entra.PlainAddress, $"{Uri.EscapeDataString(Hostile)}/discovery/v2.0/keys"));
        await AskAsync(Hostile, scope: Hostile);

        await Expect(opened.Card(app.ClientId)).ToContainTextAsync(Hostile);
        await Expect(opened.Page.Locator(".entry-row").First).ToContainTextAsync(Hostile);

        Assert.Equal(0, await opened.Page.Locator("img, main script, iframe").CountAsync());
        Assert.Equal([], opened.Complaints);

        // And if markup came in somehow, the policy stops it.
        var stopped = await opened.Page.EvaluateAsync<string>(
            "(() => { try { document.body.innerHTML += '<img src=x>'; return 'ran'; } catch (e) { return e.name; } })()");
        Assert.Equal("TypeError", stopped);
    }

    [ChromiumFact]
    public async Task A_page_of_another_origin_reads_nothing_even_with_the_token()
    {
        await using var other = await EntraEmulator.StartAsync(new() { HasAdminApi = true });
        await using var opened = await OpenedPage.OpenAsync(chromium, other);
        var keyId = await KeyIdAsync();

        // The other page's own policy would stop it first.
        await using var context = await chromium.Browser.NewContextAsync(new() { BypassCSP = true });
        var attacker = await context.NewPageAsync();
        await attacker.GotoAsync(other.PageAddress.AbsoluteUri);
        var result = await attacker.EvaluateAsync<string>(
            """
            async ([address, token]) => {
              const tries = [
                () => fetch(address + 'admin/page', { headers: { Authorization: 'Bearer ' + token } }),
                () => fetch(address + 'admin/keys/roll', { method: 'POST', headers: { Authorization: 'Bearer ' + token } }),
                () => fetch(address, {}),
              ];
              const read = [];
              for (const each of tries) {
                try { const r = await each(); read.push(r.type + (await r.text())); } catch (e) { read.push(e.name); }
              }
              const frame = document.createElement('iframe');
              frame.src = address;
              document.body.append(frame);
              await new Promise(done => { frame.onload = done; setTimeout(done, 3000); });
              try { read.push(frame.contentDocument ? 'framed' : 'empty'); } catch (e) { read.push(e.name); }
              return read.join(' ');
            }
            """,
            new[] { _entra.PageAddress.AbsoluteUri, _entra.AdminToken });

        Assert.Equal("TypeError TypeError TypeError empty", result);
        Assert.Equal(keyId, await KeyIdAsync());
    }

    [ChromiumFact]
    public async Task A_hundred_thousand_requests_leave_it_small_and_alive()
    {
        await using var opened = await OpenedPage.OpenAsync(chromium, _entra);
        using var http = new HttpClient(new SocketsHttpHandler { MaxConnectionsPerServer = 32 });
        var keys = new Uri(_entra.PlainAddress, "common/discovery/v2.0/keys");
        await Parallel.ForEachAsync(
            Enumerable.Range(0, EmulatorJournal.Capacity),
            new ParallelOptions { MaxDegreeOfParallelism = 32 },
            async (_, cancellationToken) => (await http.GetAsync(keys, cancellationToken)).Dispose());
        await AskAsync("wrong");

        var newest = opened.Page.Locator(".entry-row").First.Locator(".badge");
        await Expect(newest).ToHaveTextAsync("AADSTS7000215");
        await Expect(opened.Page.Locator(".entry-row").Nth(99)).ToBeAttachedAsync();
        Assert.InRange(await opened.Page.Locator(".entry-row").CountAsync(), 100, 300);
        await opened.Page.GetByRole(AriaRole.Button, new() { Name = "Show older requests" }).ClickAsync();
        await Expect(opened.Page.Locator(".entry-row").Nth(299)).ToBeAttachedAsync();
        await Expect(opened.Page.GetByRole(AriaRole.Button, new() { Name = "Paused" })).ToBeVisibleAsync();
        Assert.InRange(await opened.Page.Locator(".entry-row").CountAsync(), 300, 600);
        Assert.Equal([], opened.Complaints);
    }

    [ChromiumTheory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task An_answer_that_comes_late_takes_nothing_from_the_list(bool asksForOlder)
    {
        using var http = new HttpClient();
        var keys = new Uri(_entra.PlainAddress, "common/discovery/v2.0/keys");
        for (var i = 0; i < 250; i++)
        {
            (await http.GetAsync(keys)).Dispose();
        }

        await using var opened = await OpenedPage.OpenAsync(chromium, _entra);
        var rows = opened.Page.Locator(".entry-row");
        await Expect(rows).ToHaveCountAsync(200);
        var (answered, mayArrive) = (new TaskCompletionSource(), new TaskCompletionSource());
        await opened.Page.RouteAsync(
            url => url.Contains("journal/entries", StringComparison.Ordinal) && !url.Contains("before", StringComparison.Ordinal),
            async route =>
            {
                var answer = await route.FetchAsync();
                answered.TrySetResult();
                await mayArrive.Task;
                await route.FulfillAsync(new() { Response = answer });
            });
        var late = opened.Page.WaitForResponseAsync(response => response.Url.Contains("search=discovery", StringComparison.Ordinal)
            && response.Url.Contains("journal/entries", StringComparison.Ordinal)
            && !response.Url.Contains("before", StringComparison.Ordinal));
        await opened.Page.Locator("#journal-search").FillAsync("discovery");
        await answered.Task;

        var expected = 201;
        if (asksForOlder)
        {
            await opened.Page.GetByRole(AriaRole.Button, new() { Name = "Show older requests" }).ClickAsync();
            expected = 250;
        }
        else
        {
            (await http.GetAsync(keys)).Dispose();
        }

        await Expect(rows).ToHaveCountAsync(expected);
        mayArrive.SetResult();
        await (await late).FinishedAsync();

        // What the page did with that answer is done before it has another one.
        await opened.Page.EvaluateAsync("fetch('/page/admin.js').then(answer => answer.text())");
        await Expect(rows).ToHaveCountAsync(expected);
        Assert.Equal([], opened.Complaints);
    }

    [ChromiumFact]
    public async Task It_comes_back_after_the_emulator_was_away()
    {
        const string Token = "chosen-for-this-test-0123456789-0123456789";
        var first = await EntraEmulator.StartAsync(new() { AdminToken = Token });
        var port = first.PlainAddress.Port;
        await using var opened = await OpenedPage.OpenAsync(chromium, first);
        await first.DisposeAsync();
        await Expect(opened.Page.Locator("#connection")).ToHaveTextAsync("Not connected");

        await using var second = await EntraEmulator.StartAsync(new() { AdminToken = Token, Port = port });
        await Expect(opened.Page.Locator("#connection")).ToHaveTextAsync("Live");
        using var http = new HttpClient();
        (await http.GetAsync(new Uri(second.PlainAddress, "common/discovery/v2.0/keys"))).Dispose();

        await Expect(opened.Page.Locator(".entry-row")).ToHaveCountAsync(1);
    }

    [ChromiumFact]
    public async Task It_is_read_at_phone_width_in_the_dark_and_by_a_screen_reader()
    {
        await AskAsync(Secret);
        await AskAsync("expired-canary");
        _orders.Block();
        await AskAsync(Secret);
        _orders.Unblock();
        _entra.Faults.TokenEndpoint.Next(Fault.Throttled(TimeSpan.FromSeconds(5)));
        await AskAsync(Secret);
        await AskAsync("wrong");
        await AskAsync(Secret);
        foreach (var (name, width, scheme) in ((string, int, ColorScheme)[])[
            ("desktop", 1280, ColorScheme.Light), ("desktop-dark", 1280, ColorScheme.Dark), ("phone", 390, ColorScheme.Light),
            ("phone-dark", 390, ColorScheme.Dark)])
        {
            await using var opened = await OpenedPage.OpenAsync(chromium, _entra, width: width, scheme: scheme);
            await Expect(opened.Page.Locator(".entry-row")).ToHaveCountAsync(6);
            await opened.Card(_orders.ClientId).GetByText("Settings to copy").ClickAsync();
            await Expect(opened.Card(_orders.ClientId).GetByRole(AriaRole.Tabpanel)).ToContainTextAsync("UseSecret");

            var overflow = await opened.Page.EvaluateAsync<int>("document.documentElement.scrollWidth - innerWidth");
            var findings = (await opened.Page.RunAxe()).Violations
                .Select(violation => $"{violation.Id}: {string.Join("; ", violation.Nodes.Select(node => node.Html))}");
            Assert.True(overflow <= 0, string.Create(CultureInfo.InvariantCulture, $"{name}: {overflow} px are beyond the edge"));
            Assert.Equal([], findings.Select(finding => $"{name}: {finding}"));
            await opened.Page.EvaluateAsync("scrollTo(0, 0)");
            await opened.Page.ScreenshotAsync(new() { Path = $"{Screenshots}/{name}.png", FullPage = width < 500 });
        }
    }

    /// <summary>To be looked at, and copied into docs/ when the page has changed: .artifacts/page.</summary>
    private static string Screenshots =>
        Directory.CreateDirectory(Path.Combine(WorkloadIdentity.Tests.Repository.Root, ".artifacts", "page")).FullName;

    private async Task<int> AskAsync(string secret, string scope = "api://orders/.default")
    {
        using var http = new HttpClient();
        using var form = new FormUrlEncodedContent(new Dictionary<string, string>
        {
            ["grant_type"] = "client_credentials",
            ["client_id"] = _orders.ClientId,
            ["client_secret"] = secret,
            ["scope"] = scope,
        });
        using var response = await http.PostAsync(_entra.Tenant.TokenEndpoint, form);
        return (int)response.StatusCode;
    }

    private async Task<string> KeyIdAsync()
    {
        using var http = new HttpClient { DefaultRequestHeaders = { Authorization = new("Bearer", _entra.AdminToken) } };
        var state = await http.GetStringAsync(new Uri(_entra.AdminAddress, "page"));
        return System.Text.Json.JsonDocument.Parse(state).RootElement.GetProperty("keyId").GetString()!;
    }
}
