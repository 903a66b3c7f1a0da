using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.Graph;
using Microsoft.Graph.Models;
using Microsoft.Kiota.Abstractions.Serialization;
using WorkloadIdentity.Governance;
using WorkloadIdentity.Testing;
using Ours = WorkloadIdentity.Governance;

namespace WorkloadIdentity.IntegrationTests;

/// <summary>What the governance package writes to a tenant, read by Microsoft's own client.</summary>
#pragma warning disable CA1001 // DisposeAsync disposes them.
public sealed class WrittenAsMeantTests(OfficialClient official) : IClassFixture<OfficialClient>, IAsyncLifetime
#pragma warning restore CA1001
{
    private static readonly string[] Permissions =
    [
        "Policy.ReadWrite.ConditionalAccess", "Policy.Read.All", "Application.ReadWrite.All", "AccessReview.ReadWrite.All",
        "CustomSecAttributeAssignment.ReadWrite.All", "Policy.ReadWrite.ApplicationConfiguration", "AuditLog.Read.All",
    ];

    private TokenAcquirer _acquirer = null!;
    private Ours.GraphClient _client = null!;

    private GraphServiceClient Graph => official.Graph;

    private string Folder { get; } = Directory.CreateTempSubdirectory("written").FullName;

    public Task InitializeAsync()
    {
        var admin = official.Entra.AddApplication();
        foreach (var permission in Permissions)
        {
            admin.AssignRole(official.Api, permission);
        }

        _acquirer = new TokenAcquirer(new ApplicationCredential(
            official.Entra.Tenant.Id, admin.ClientId, ClientSecretAuthentication.FromValue(admin.AddSecret()), Options()));
        _client = new Ours.GraphClient(_acquirer, new Ours.GraphClientOptions
        {
            Endpoint = official.Api.Url,
            Scope = official.Api.Scope,
            Transport = new SocketsHttpHandler { UseProxy = false },
        });
        return Task.CompletedTask;
    }

    public Task DisposeAsync()
    {
        _client.Dispose();
        _acquirer.Dispose();
        Directory.Delete(Folder, recursive: true);
        return Task.CompletedTask;
    }

    [Fact]
    public async Task A_federated_credential()
    {
        var application = official.Entra.AddApplication();
        var plan = await new FederationSetup(_client).PlanAsync(new FederationRequest(
            new ClientId(application.ClientId), "https://token.actions.githubusercontent.com", "repo:contoso/orders:ref:refs/heads/main")
        {
            Name = "orders-main",
            Description = "For CI",
        });
        await plan.ApplyAsync();

        var all = (await Graph.Applications[await ObjectIdAsync(application)].FederatedIdentityCredentials.GetAsync())!.Value!;
        var read = Assert.Single(all);

        Assert.Equal(("orders-main", "For CI"), (read.Name, read.Description));
        Assert.Equal("https://token.actions.githubusercontent.com", read.Issuer);
        Assert.Equal("repo:contoso/orders:ref:refs/heads/main", read.Subject);
        Assert.Equal(["api://AzureADTokenExchange"], read.Audiences);
    }

    [Fact]
    public async Task A_conditional_access_policy()
    {
        var covered = (await Graph.ServicePrincipals.GetAsync(call => call.QueryParameters.Filter =
            $"servicePrincipalType eq 'Application' and appOwnerOrganizationId eq {official.Entra.Tenant.Id}"))!.Value![0].Id!;
        var plan = await new GovernanceSetup(_client).PlanConditionalAccessAsync(new Ours.ConditionalAccessPolicy
        {
            DisplayName = "Written as meant",
            Conditions = new ConditionalAccessConditions
            {
                ClientApplications = new ConditionalAccessClients
                {
                    IncludeServicePrincipals = ["ServicePrincipalsInMyTenant"],
                    ExcludeServicePrincipals = [covered],
                    ServicePrincipalFilter = new Ours.ConditionalAccessFilter
                    {
                        Mode = "exclude",
                        Rule = "CustomSecurityAttribute.Governance_Environment -eq \"Test\"",
                    },
                },
                Locations = new Ours.ConditionalAccessLocations { IncludeLocations = ["All"], ExcludeLocations = ["AllTrusted"] },
                ServicePrincipalRiskLevels = [Ours.RiskLevel.High, Ours.RiskLevel.Medium],
            },
        });
        await plan.ApplyAsync();

        var read = (await Graph.Identity.ConditionalAccess.Policies[IdOf(plan)].GetAsync())!;

        Assert.Equal(("Written as meant", ConditionalAccessPolicyState.EnabledForReportingButNotEnforced), (read.DisplayName, read.State));
        Assert.Equal([ConditionalAccessClientApp.All], read.Conditions!.ClientAppTypes!.Cast<ConditionalAccessClientApp>());
        Assert.Equal(["All"], read.Conditions.Applications!.IncludeApplications);
        Assert.Equal(["ServicePrincipalsInMyTenant"], read.Conditions.ClientApplications!.IncludeServicePrincipals);
        Assert.Equal([covered], read.Conditions.ClientApplications.ExcludeServicePrincipals);
        Assert.Equal(FilterMode.Exclude, read.Conditions.ClientApplications.ServicePrincipalFilter!.Mode);
        Assert.Equal(
            "CustomSecurityAttribute.Governance_Environment -eq \"Test\"", read.Conditions.ClientApplications.ServicePrincipalFilter.Rule);
        Assert.Equal(["AllTrusted"], read.Conditions.Locations!.ExcludeLocations);
        Assert.Equal(
            [Microsoft.Graph.Models.RiskLevel.High, Microsoft.Graph.Models.RiskLevel.Medium],
            read.Conditions.ServicePrincipalRiskLevels!.Select(level => level!.Value));
        Assert.Equal("OR", read.GrantControls!.Operator);
        Assert.Equal(ConditionalAccessGrantControl.Block, Assert.Single(read.GrantControls.BuiltInControls!));
    }

    [Fact]
    public async Task An_access_review()
    {
        var reviewer = Guid.NewGuid().ToString();
        var setup = new GovernanceSetup(_client);
        var plan = await setup.PlanAccessReviewAsync(Review(reviewer, months: 3));
        await plan.ApplyAsync();
        await (await setup.PlanAccessReviewAsync(Review(reviewer, months: 6))).ApplyAsync();

        var read = (await Graph.IdentityGovernance.AccessReviews.Definitions[IdOf(plan)].GetAsync())!;

        Assert.Equal(("Written as meant", "Does it still need the role?"), (read.DisplayName, read.DescriptionForReviewers));
        Assert.Contains("isof(principal,'microsoft.graph.servicePrincipal')", Assert.IsType<AccessReviewQueryScope>(read.Scope).Query);
        Assert.Equal($"/users/{reviewer}", Assert.Single(read.Reviewers!).Query);
        Assert.Equal((true, 10), (read.Settings!.AutoApplyDecisionsEnabled, read.Settings.InstanceDurationInDays));
        Assert.Equal(RecurrencePatternType.AbsoluteMonthly, read.Settings.Recurrence!.Pattern!.Type);
        Assert.Equal((6, 15), (read.Settings.Recurrence.Pattern.Interval, read.Settings.Recurrence.Pattern.DayOfMonth));
        Assert.Equal(RecurrenceRangeType.NoEnd, read.Settings.Recurrence.Range!.Type);
        Assert.Equal("2027-01-15", read.Settings.Recurrence.Range.StartDate.ToString());

        static AccessReviewRequest Review(string reviewer, int months) =>
            new("Written as meant", "62e90394-69f5-4237-9190-012177145e10", reviewer)
            {
                Instructions = "Does it still need the role?",
                StartsOn = new DateOnly(2027, 1, 15),
                Months = months,
                Days = 10,
                RemovesDenied = true,
            };
    }

    [Fact]
    public async Task Custom_security_attributes()
    {
        var principal = (await Graph.ServicePrincipals.GetAsync(call => call.QueryParameters.Top = 1))!.Value![0].Id!;
        await (await new GovernanceSetup(_client).PlanAttributesAsync(
            new ServicePrincipalId(principal),
            [
                AttributeAssignment.Texts("Engineering", "Project", "Baker", "Alpine"),
                AttributeAssignment.Flag("Engineering", "Certification", true),
                AttributeAssignment.Number("Governance", "CostCenter", 4711),
                AttributeAssignment.Text("Governance", "Owner", "ada@contoso.com"),
            ])).ApplyAsync();

        var read = (await Graph.ServicePrincipals[principal].GetAsync(
            call => call.QueryParameters.Select = ["id", "customSecurityAttributes"]))!.CustomSecurityAttributes!.AdditionalData;

        var engineering = ((UntypedObject)read["Engineering"]).GetValue();
        var governance = ((UntypedObject)read["Governance"]).GetValue();
        Assert.Equal(
            ["Baker", "Alpine"], ((UntypedArray)engineering["Project"]).GetValue().Select(each => ((UntypedString)each).GetValue()));
        Assert.Equal("#Collection(String)", ((UntypedString)engineering["Project@odata.type"]).GetValue());
        Assert.True(((UntypedBoolean)engineering["Certification"]).GetValue());
        Assert.Equal(4711, ((UntypedInteger)governance["CostCenter"]).GetValue());
        Assert.Equal("ada@contoso.com", ((UntypedString)governance["Owner"]).GetValue());
    }

    [Fact]
    public async Task An_app_management_policy_and_who_has_it()
    {
        var application = official.Entra.AddApplication();
        var setup = new GovernanceSetup(_client);
        var plan = await setup.PlanAppManagementPolicyAsync(new Ours.AppManagementPolicy
        {
            DisplayName = "Written as meant",
            Description = "For a test",
            Restrictions = new CredentialRestrictions
            {
                PasswordCredentials =
                [
                    new CredentialRestriction
                    {
                        RestrictionType = "passwordLifetime",
                        State = "enabled",
                        MaxLifetime = "P30D",
                        RestrictForAppsCreatedAfterDateTime = new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero),
                    },
                ],
                KeyCredentials = [new CredentialRestriction { RestrictionType = "asymmetricKeyLifetime", MaxLifetime = "P90D" }],
            },
        });
        await plan.ApplyAsync();
        await (await setup.PlanAppManagementAssignmentAsync(new ClientId(application.ClientId), IdOf(plan))).ApplyAsync();

        var read = (await Graph.Policies.AppManagementPolicies[IdOf(plan)].GetAsync())!;
        var assigned = await Graph.Policies.AppManagementPolicies[IdOf(plan)].AppliesTo.GetAsync();

        Assert.Equal(("Written as meant", "For a test", true), (read.DisplayName, read.Description, read.IsEnabled));
        var password = Assert.Single(read.Restrictions!.PasswordCredentials!);
        Assert.Equal(AppCredentialRestrictionType.PasswordLifetime, password.RestrictionType);
        Assert.Equal((AppManagementRestrictionState.Enabled, TimeSpan.FromDays(30)), (password.State, password.MaxLifetime));
        Assert.Equal(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero), password.RestrictForAppsCreatedAfterDateTime);
        var key = Assert.Single(read.Restrictions.KeyCredentials!);
        Assert.Equal(AppKeyCredentialRestrictionType.AsymmetricKeyLifetime, key.RestrictionType);
        Assert.Equal(TimeSpan.FromDays(90), key.MaxLifetime);
        Assert.Equal(await ObjectIdAsync(application), Assert.Single(assigned!.Value!).Id);
    }

    [Theory]
    [InlineData(CredentialKind.Secret)]
    [InlineData(CredentialKind.Certificate)]
    public async Task A_rotated_credential(CredentialKind kind)
    {
        using var key = RSA.Create(2048);
        using var old = new CertificateRequest("CN=old", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1)
            .CreateSelfSigned(TimeProvider.System.GetUtcNow().AddDays(-1), TimeProvider.System.GetUtcNow().AddDays(30));
        var application = official.Entra.AddApplication().AddCertificate(old);
        var file = Path.Combine(Folder, kind.ToString());
        var rotation = new CredentialRotation(
            _client, new RotationOptions { Application = Options(), LockFolder = Path.Combine(Folder, "locks") });
        var before = TimeProvider.System.GetUtcNow();
        await (await rotation.PlanStartAsync(new RotationRequest(new ClientId(application.ClientId), RotationDestination.ToFile(file))
        {
            Kind = kind,
            Proof = old,
            Lifetime = TimeSpan.FromDays(60),
        })).ApplyAsync();

        var read = (await Graph.Applications[await ObjectIdAsync(application)].GetAsync(
            call => call.QueryParameters.Select = ["id", "passwordCredentials", "keyCredentials"]))!;

        var content = await File.ReadAllTextAsync(file);
        var (name, end) = kind == CredentialKind.Secret
            ? (read.PasswordCredentials!.Single().DisplayName, read.PasswordCredentials!.Single().EndDateTime)
            : Added(read.KeyCredentials!, content);
        Assert.StartsWith("rotation ", name, StringComparison.Ordinal);
        Assert.InRange(end!.Value, before.AddDays(60).AddMinutes(-15), TimeProvider.System.GetUtcNow().AddDays(60).AddMinutes(1));
        if (kind == CredentialKind.Secret)
        {
            Assert.StartsWith(read.PasswordCredentials!.Single().Hint!, content, StringComparison.Ordinal);
        }

        (string? Name, DateTimeOffset? End) Added(List<Microsoft.Graph.Models.KeyCredential> keys, string pem)
        {
            using var written = X509Certificate2.CreateFromPem(pem);
            var added = keys.Single(each => each.DisplayName!.StartsWith("rotation ", StringComparison.Ordinal));
            Assert.Equal(("AsymmetricX509Cert", "Verify"), (added.Type, added.Usage));
            Assert.Equal(written.GetCertHash(), added.CustomKeyIdentifier);
            Assert.Equal(written.RawData, added.Key);
            return (added.DisplayName, added.EndDateTime);
        }
    }

    private ApplicationCredentialOptions Options() => new() { AuthorityHost = official.Entra.AuthorityHost };

    private async Task<string> ObjectIdAsync(EmulatedApplication application) =>
        (await Graph.ApplicationsWithAppId(application.ClientId).GetAsync())!.Id!;

    private static string IdOf(ChangePlan plan) => plan.Changes[0].Outcome!["id ".Length..];
}
