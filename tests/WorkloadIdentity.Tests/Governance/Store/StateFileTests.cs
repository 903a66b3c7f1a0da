using System.Runtime.Versioning;
using WorkloadIdentity.Governance;

namespace WorkloadIdentity.Tests;

public sealed class StateFileTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory().FullName;
    private readonly GraphJson _json = GraphJson.Create(new PooledText());

    private string Path => System.IO.Path.Combine(_folder, $"inventory-{FakeGraph.Tenant}.jsonl");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void What_was_saved_is_loaded()
    {
        var file = File_();
        file.Save(Tables(), _json);

        var tables = file.Load(_json, out var problem)!;

        Assert.Null(problem);
        Assert.Equal("One", tables.Principals["SP-1"].DisplayName);
        Assert.Equal(SectionState.Complete, tables.Ended[InventorySectionName.ServicePrincipals].State);
        Assert.Equal("https://graph.microsoft.com/d", tables.Ended[InventorySectionName.ServicePrincipals].Delta);
        Assert.Equal(["sp-1"], tables.Holders[("sp-1", "r")]);
    }

    [FactOn(Systems.Unix)]
    [UnsupportedOSPlatform("windows")]
    public void Only_the_owner_may_read_it()
    {
        var file = File_();
        file.OpenJournal(new InventoryTables(), _json, resume: true).Dispose();
        file.Save(Tables(), _json);

        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Path));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Path + ".partial"));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(200)]
    [InlineData(400)]
    public void A_file_that_was_changed_or_cut_anywhere_is_not_used(int at)
    {
        File_().Save(Tables(), _json);
        var bytes = File.ReadAllBytes(Path);

        bytes[at] ^= 1;
        File.WriteAllBytes(Path, bytes);
        Assert.Null(File_().Load(_json, out var changed));
        Assert.Contains("was not used", changed, StringComparison.Ordinal);

        bytes[at] ^= 1;
        File.WriteAllBytes(Path, bytes[..^(at + 1)]);
        Assert.Null(File_().Load(_json, out var cut));
        Assert.Contains("was not used", cut, StringComparison.Ordinal);

        File.WriteAllBytes(Path, [.. bytes, .. "{}\n"u8]);
        Assert.Null(File_().Load(_json, out var longer));
        Assert.NotNull(longer);
    }

    [Fact]
    public void A_file_of_another_version_or_format_is_told_and_not_used()
    {
        File.WriteAllText(Path, """{"header":{"format":"workload-identity-inventory","version":99}}""" + "\n");
        Assert.Null(File_().Load(_json, out var version));
        Assert.Contains("version 99", version, StringComparison.Ordinal);

        File.WriteAllText(Path, "{}\n");
        Assert.Null(File_().Load(_json, out var format));
        Assert.Contains("not a state file", format, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_of_another_tenant_or_cloud_is_refused()
    {
        File_().Save(Tables(), _json);
        File.Move(Path, System.IO.Path.Combine(_folder, "inventory-other.jsonl"));
        Assert.Throws<InventoryStateException>(() => new StateFile(_folder, "other", GraphCloud.Public).Load(_json, out _));

        File_().Save(Tables(), _json);
        Assert.Throws<InventoryStateException>(() => new StateFile(_folder, FakeGraph.Tenant, GraphCloud.China).Load(_json, out _));
    }

    [Fact]
    public void The_name_of_the_tenant_does_not_lead_out_of_the_folder()
    {
        new StateFile(_folder, "../../etc/x", GraphCloud.Public).Save(new InventoryTables(), _json);

        Assert.Equal(["inventory-etcx.jsonl"], Directory.GetFiles(_folder).Select(System.IO.Path.GetFileName));
    }

    [Fact]
    public void A_journal_counts_up_to_its_last_complete_page()
    {
        using (var journal = File_().OpenJournal(new InventoryTables(), _json, resume: true))
        {
            journal.Write([new StateLine { Begin = new StateBegin { Section = InventorySectionName.ServicePrincipals } }]);
            journal.Write([Principal("sp-1"), Page("next-1")]);
            journal.Write([Principal("sp-2")]);
        }

        File.AppendAllText(Path + ".partial", "{\"sp\":{\"id\":\"sp-3\"");
        var tables = new InventoryTables();
        using (var journal = File_().OpenJournal(tables, _json, resume: true))
        {
            Assert.Equal(["sp-1"], tables.Principals.Keys);
            Assert.Equal("next-1", tables.Places[InventorySectionName.ServicePrincipals].Next);
            journal.Write([Principal("sp-4"), Page(null)]);
        }

        var again = new InventoryTables();
        File_().OpenJournal(again, _json, resume: true).Dispose();
        Assert.Equal(["sp-1", "sp-4"], again.Principals.Keys);
        Assert.Equal((1, null), (again.Places[InventorySectionName.ServicePrincipals].Step, again.Places.Values.First().Next));
    }

    [Fact]
    public void A_journal_that_is_not_resumed_is_dropped()
    {
        using (var journal = File_().OpenJournal(new InventoryTables(), _json, resume: true))
        {
            journal.Write([new StateLine { Begin = new StateBegin() }, Principal("sp-1"), Page(null)]);
        }

        var tables = new InventoryTables();
        File_().OpenJournal(tables, _json, resume: false).Dispose();

        Assert.Empty(tables.Principals);
    }

    [Fact]
    public void Two_readings_of_a_tenant_exclude_each_other()
    {
        using var journal = File_().OpenJournal(new InventoryTables(), _json, resume: true);

        var refused = Assert.Throws<InventoryStateException>(() => File_().OpenJournal(new InventoryTables(), _json, resume: true));

        Assert.Contains("Another reading", refused.Message, StringComparison.Ordinal);
    }

    [FactOn(Systems.Unix)]
    public void A_journal_that_is_a_link_is_not_followed()
    {
        var other = System.IO.Path.Combine(_folder, "other");
        File.WriteAllText(other, "kept");
        File.CreateSymbolicLink(Path + ".partial", other);

        Assert.Throws<InventoryStateException>(() => File_().OpenJournal(new InventoryTables(), _json, resume: true));
        Assert.Equal("kept", File.ReadAllText(other));
    }

    [FactOn(Systems.Unix)]
    [UnsupportedOSPlatform("windows")]
    public void A_journal_that_others_could_read_is_its_owners_alone_again()
    {
        File.WriteAllText(Path + ".partial", "");
        File.SetUnixFileMode(Path + ".partial", UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.OtherRead);

        File_().OpenJournal(new InventoryTables(), _json, resume: true).Dispose();

        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Path + ".partial"));
    }

    [Fact]
    public void A_file_that_others_can_write_to_is_told_and_not_used()
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        File_().Save(Tables(), _json);
        File.SetUnixFileMode(Path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupWrite);

        Assert.Null(File_().Load(_json, out var problem));
        Assert.Contains("Other users can write to it", problem, StringComparison.Ordinal);

        File.SetUnixFileMode(Path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.OtherRead);
        Assert.NotNull(File_().Load(_json, out _));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Path));
    }

    [Fact]
    public void A_file_that_is_a_link_is_told_and_not_used()
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        File_().Save(Tables(), _json);
        File.Move(Path, System.IO.Path.Combine(_folder, "other"));
        File.CreateSymbolicLink(Path, System.IO.Path.Combine(_folder, "other"));

        Assert.Null(File_().Load(_json, out var problem));
        Assert.Contains("It is a link", problem, StringComparison.Ordinal);
    }

    [Fact]
    public void Of_sign_ins_and_uses_only_the_dates_are_kept()
    {
        var tables = Tables();
        var at = new DateTimeOffset(2026, 3, 1, 0, 0, 0, TimeSpan.Zero);
        var activity = new IdentityActivity { LastSignIn = at, AsApplication = at, AsResource = at.AddDays(-1) };
        tables.Apply(new StateLine { SignIns = new StateSignIns { AppId = new ClientId("c-1"), Activity = activity } });
        tables.Apply(new StateLine { CredentialUse = new StateUse { KeyId = "k", At = at } });
        File_().Save(tables, _json);

        var loaded = File_().Load(_json, out _)!;

        Assert.Equal(activity, loaded.SignIns[new ClientId("C-1")]);
        Assert.Equal(at, loaded.CredentialUse["K"]);
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(1)]
    public void Of_two_uses_of_a_credential_the_latest_is_kept(int days)
    {
        var tables = new InventoryTables();
        var at = new DateTimeOffset(2026, 3, 1, 0, 0, 0, TimeSpan.Zero);
        tables.Apply(new StateLine { CredentialUse = new StateUse { KeyId = "k", At = at } });
        tables.Apply(new StateLine { CredentialUse = new StateUse { KeyId = "K", At = at.AddDays(days) } });

        Assert.Equal(at.AddDays(Math.Max(days, 0)), tables.CredentialUse["k"]);
    }

    private StateFile File_() => new(_folder, FakeGraph.Tenant, GraphCloud.Public);

    private static StateLine Principal(string id) => new()
    {
        ServicePrincipal = new ServicePrincipal { Id = new ServicePrincipalId(id), DisplayName = "One" },
    };

    private static StateLine Page(string? next) => new()
    {
        Page = new StatePage { Section = InventorySectionName.ServicePrincipals, Next = next, Rows = 1 },
    };

    private static InventoryTables Tables()
    {
        var tables = new InventoryTables();
        tables.Apply(Principal("sp-1"));
        tables.Apply(new StateLine { Holders = new StateHolders { Resource = "sp-1", Role = "r", Principals = ["SP-1"] } });
        tables.Apply(new StateLine
        {
            End = new StateSection
            {
                Section = InventorySectionName.ServicePrincipals,
                State = SectionState.Complete,
                At = new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero),
                Delta = "https://graph.microsoft.com/d",
            },
        });
        return tables;
    }
}
