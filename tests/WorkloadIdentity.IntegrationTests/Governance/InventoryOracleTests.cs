using Microsoft.Graph;
using Microsoft.Graph.Models;
using Microsoft.Kiota.Abstractions.Serialization;
using WorkloadIdentity.Governance;
using WorkloadIdentity.Tests;
using Official = Microsoft.Graph.Models;

namespace WorkloadIdentity.IntegrationTests;

/// <summary>The inventory has the directory that Microsoft's own client reads, object by object.</summary>
public sealed class InventoryOracleTests(OfficialClient official) : IClassFixture<OfficialClient>
{
    private GraphServiceClient Graph => official.Graph;

    [Fact]
    public async Task Both_clients_read_the_same_directory()
    {
        var inventory = await ReadInventoryAsync();
        Assert.Equal(
            [],
            inventory.Sections.Where(section => section.State != SectionState.Complete)
                .Select(section => $"{section.Name}: {section.State}, {section.Reason} {string.Join(' ', section.Notes)}"));
        var directory = await ReadOfficiallyAsync();

        var ours = inventory.Identities.Where(identity => identity.Id is not null).Select(Line).Order(StringComparer.Ordinal).ToList();

        Assert.Equal(directory.Count, ours.Count);
        Assert.Equal("", string.Join('\n', directory.Except(ours)));
        Assert.Equal("", string.Join('\n', ours.Except(directory)));
    }

    private static string Line(InventoriedIdentity identity) => Line(
        identity.Id!.Value.Value, identity.ClientId.Value, identity.DisplayName, identity.IsEnabled,
        identity.ServicePrincipalType?.Value,
        identity.Credentials.Select(credential => credential.KeyId),
        identity.Owners!.Where(owner => owner.Source is OwnerSource.Application or OwnerSource.ServicePrincipal).Select(owner => owner.Id),
        identity.Federations!.Select(federation => federation.Id!),
        identity.AppRoles!.Select(role => $"{role.ResourceId.Value}/{role.RoleId}"),
        identity.DelegatedGrants!.Select(grant => grant.ResourceId.Value),
        identity.DirectoryRoles!.Where(role => !role.IsEligible).Select(role => role.RoleId));

    private static string Line(
        string id, string appId, string name, bool? isEnabled, string? type, params IReadOnlyList<IEnumerable<string>> lists) =>
        string.Join(
            " | ",
            lists.Select(list => string.Join(',', list.Select(each => each.ToLowerInvariant()).Distinct().Order(StringComparer.Ordinal)))
                .Prepend($"{id} {appId} {name} {isEnabled} {type}"));

    private async Task<TenantInventory> ReadInventoryAsync()
    {
        // Of an identity that is newer than a list, the inventory does not know what the list would say.
        var clock = new FakeClock();
        clock.SetWallClock(TimeProvider.System.GetUtcNow());
        var credential = new ApplicationCredential(
            official.Entra.Tenant.Id, official.Auditor.ClientId, ClientSecretAuthentication.FromValue(official.Secret),
            new ApplicationCredentialOptions { AuthorityHost = official.Entra.AuthorityHost, TimeProvider = clock });
        using var acquirer = new TokenAcquirer(credential, new TokenAcquirerOptions { TimeProvider = clock });
        using var counting = new CountingHandler(new SocketsHttpHandler { UseProxy = false });
        using var client = new GraphClient(acquirer, new Governance.GraphClientOptions
        {
            Endpoint = official.Api.Url,
            Scope = official.Api.Scope,
            TenantId = official.Entra.Tenant.Id,
            TimeProvider = clock,
            Transport = counting,
        });
        return await FastForward.RunAsync(clock, () => counting.IsIdle, () => new InventoryReader(client).ReadAsync());
    }

    private async Task<List<string>> ReadOfficiallyAsync()
    {
        var principals = await AllAsync<Official.ServicePrincipal, ServicePrincipalCollectionResponse>(
            await Graph.ServicePrincipals.GetAsync(call => call.QueryParameters.Top = 999));
        var principalOwners = await AllAsync<Official.ServicePrincipal, ServicePrincipalCollectionResponse>(
            await Graph.ServicePrincipals.GetAsync(call => (call.QueryParameters.Top, call.QueryParameters.Expand) = (999, ["owners"])));
        var applications = await AllAsync<Application, ApplicationCollectionResponse>(await Graph.Applications.GetAsync(call =>
            (call.QueryParameters.Top, call.QueryParameters.Expand) = (999, ["owners"])));
        var federated = await AllAsync<Application, ApplicationCollectionResponse>(await Graph.Applications.GetAsync(call =>
            (call.QueryParameters.Top, call.QueryParameters.Expand) = (999, ["federatedIdentityCredentials"])));
        var identities = await AllAsync<Official.ServicePrincipal, ServicePrincipalCollectionResponse>(
            await Graph.ServicePrincipals.GetAsync(call =>
                (call.QueryParameters.Top, call.QueryParameters.Expand) = (999, ["federatedIdentityCredentials"])));
        var held = await HeldAsync(principals);
        var grants = (await AllAsync<OAuth2PermissionGrant, OAuth2PermissionGrantCollectionResponse>(
            await Graph.Oauth2PermissionGrants.GetAsync(call => call.QueryParameters.Top = 999))).ToLookup(grant => grant.ClientId!);
        var roles = (await AllAsync<UnifiedRoleAssignment, UnifiedRoleAssignmentCollectionResponse>(
            await Graph.RoleManagement.Directory.RoleAssignments.GetAsync())).ToLookup(role => role.PrincipalId!);
        var byAppId = applications.ToDictionary(application => application.AppId!);
        var lines = new List<string>();
        foreach (var principal in principals)
        {
            byAppId.TryGetValue(principal.AppId!, out var application);
            var owners = await OwnersAsync(principalOwners.Single(each => each.Id == principal.Id).Owners!, async () =>
                (await Graph.ServicePrincipals[principal.Id].Owners.GetAsync())!.Value!);
            var owning = application is null ? [] : await OwnersAsync(application.Owners!, async () =>
                (await Graph.Applications[application.Id].Owners.GetAsync())!.Value!);
            lines.Add(Line(
                principal.Id!, principal.AppId!, principal.DisplayName!, CanSignIn(principal), principal.ServicePrincipalType,
                KeyIds(principal.PasswordCredentials, principal.KeyCredentials)
                    .Concat(KeyIds(application?.PasswordCredentials, application?.KeyCredentials)),
                owners.Concat(owning).Select(owner => owner.Id!),
                (federated.Find(each => each.AppId == principal.AppId)?.FederatedIdentityCredentials ?? [])
                    .Concat(identities.Single(each => each.Id == principal.Id).FederatedIdentityCredentials ?? []).Select(each => each.Id!),
                held[principal.Id!].Select(each => $"{each.ResourceId}/{each.AppRoleId}"),
                grants[principal.Id!].Select(grant => grant.ResourceId!),
                roles[principal.Id!].Select(role => role.RoleDefinitionId!)));
        }

        return lines;
    }

    /// <summary>Enabled is what neither its tenant nor Microsoft has switched off.</summary>
    private static bool CanSignIn(Official.ServicePrincipal principal) =>
        principal is { AccountEnabled: true, DisabledByMicrosoftStatus: null } and not { IsDisabled: true };

    /// <summary>More than 20 owners are not expanded.</summary>
    private static async Task<List<Official.DirectoryObject>> OwnersAsync(
        List<Official.DirectoryObject> expanded, Func<Task<List<Official.DirectoryObject>>> all) =>
        expanded.Count < 20 ? expanded : await all();

    private async Task<ILookup<string, Official.AppRoleAssignment>> HeldAsync(List<Official.ServicePrincipal> principals)
    {
        var held = new List<Official.AppRoleAssignment>();
        foreach (var resource in principals.Where(principal => principal.AppRoles is { Count: > 0 }))
        {
            held.AddRange(await AllAsync<Official.AppRoleAssignment, AppRoleAssignmentCollectionResponse>(
                await Graph.ServicePrincipals[resource.Id].AppRoleAssignedTo.GetAsync(call => call.QueryParameters.Top = 999)));
        }

        return held.ToLookup(each => each.PrincipalId!.Value.ToString());
    }

    private static IEnumerable<string> KeyIds(
        IEnumerable<Official.PasswordCredential>? passwords, IEnumerable<Official.KeyCredential>? keys) =>
        (passwords ?? []).Select(each => each.KeyId!.Value.ToString()).Concat((keys ?? []).Select(each => each.KeyId!.Value.ToString()));

    private async Task<List<T>> AllAsync<T, TPage>(TPage? first)
        where TPage : IParsable, IAdditionalDataHolder, new()
    {
        var rows = new List<T>();
        await PageIterator<T, TPage>.CreatePageIterator(Graph, first!, row =>
        {
            rows.Add(row);
            return true;
        }).IterateAsync();
        return rows;
    }
}
