using System.Net;
using WorkloadIdentity.Testing;
using static WorkloadIdentity.Tests.EmulatorCalls;

namespace WorkloadIdentity.Tests;

/// <summary>
/// Every managed identity host of the emulator and the SDK, each written from the wire's description, understand one another.
/// </summary>
public sealed class EmulatedHostsTests(EmulatorFixture fixture) : IClassFixture<EmulatorFixture>
{
    private readonly EntraEmulator _entra = fixture.Fresh();

    public static TheoryData<string, string> Hosts => new()
    {
        { "IMDS", "client_id" },
        { "App Service", "client_id" },
        { "App Service (2017)", "clientid" },
        { "Azure Arc", "client_id" },
        { "Azure Machine Learning", "clientid" },
        { "Azure Container Instances", "" },
        { "Service Fabric", "" },
        { "Cloud Shell", "" },
    };

    [Theory]
    [MemberData(nameof(Hosts))]
    public async Task The_default_chain_gets_a_token_that_the_api_takes(string host, string selector)
    {
        using var acquirer =
            Acquirer(DefaultCredentials.FromEnvironment(
                new DefaultCredentialsOptions { Environment = EnvironmentOf(host, identity: null), TimeProvider = fixture.Clock }));

        var token = await acquirer.GetTokenAsync(new TokenRequest(_entra.Api.Scope));

        Assert.Equal(200, (await _entra.CallAsync(token.Value)).Status);
        var claims = Claims(token.Value);
        Assert.Equal(host == "Cloud Shell" ? "user" : "app", claims.GetProperty("idtyp").GetString());
        if (host != "Cloud Shell")
        {
            Assert.Equal(_entra.SystemAssignedIdentity.ObjectId, claims.GetProperty("oid").GetString());
        }

        var entry = _entra.Journal.ManagedIdentityRequests[^1];
        Assert.Equal((host, "api://emulated-api", 200), (entry.Host, entry.Resource, entry.Status));
        Assert.Equal(host == "Azure Machine Learning" ? $"{selector}={_entra.SystemAssignedIdentity.ClientId}" : null, entry.Selector);
    }

    [Theory]
    [MemberData(nameof(Hosts))]
    public async Task A_named_identity_gets_its_own_token_or_a_reason(string host, string selector)
    {
        var identity = _entra.AddManagedIdentity();
        using var acquirer = Acquirer(Credential(EnvironmentOf(host, identity), ManagedIdentityId.FromClientId(identity.ClientId)));

        if (selector.Length == 0)
        {
            var exception =
                await Assert.ThrowsAsync<TokenAcquisitionException>(
                    async () => await acquirer.GetTokenAsync(new TokenRequest(_entra.Api.Scope)));
            Assert.Equal(TokenErrorKind.InvalidConfiguration, exception.Error.Kind);
            Assert.Empty(_entra.Journal.ManagedIdentityRequests);
            return;
        }

        var token = await acquirer.GetTokenAsync(new TokenRequest(_entra.Api.Scope));

        Assert.Equal(identity.ObjectId, Claims(token.Value).GetProperty("oid").GetString());
        Assert.Equal($"{selector}={identity.ClientId}", _entra.Journal.ManagedIdentityRequests[^1].Selector);
    }

    [Fact]
    public async Task Arc_challenges_for_every_token_and_takes_a_key_once()
    {
        var url = _entra.ArcEnvironment()["IDENTITY_ENDPOINT"] + "?api-version=2020-06-01&resource=api://emulated-api";
        var challenge = await _entra.GetAsync(url, ("Metadata", "true"));
        Assert.Equal(401, challenge.Status);
        Assert.True(_entra.Journal.ManagedIdentityRequests[^1].IsChallenged);
        var key = System.Text.Encoding.ASCII.GetString(_entra.ArcKeyFiles.Values.Last());

        Assert.Equal(401, (await _entra.GetAsync(url, ("Metadata", "true"), ("Authorization", "Basic wrong"))).Status);
        var newest = _entra.ArcKeyFiles.Count;
        Assert.Equal(200, (await _entra.GetAsync(url, ("Metadata", "true"), ("Authorization", $"Basic {key}"))).Status);
        Assert.Equal(newest - 1, _entra.ArcKeyFiles.Count);
        Assert.Equal(401, (await _entra.GetAsync(url, ("Metadata", "true"), ("Authorization", $"Basic {key}"))).Status);
        Assert.Equal(400, (await _entra.GetAsync(url)).Status);
    }

    [Fact]
    public async Task Arc_keeps_no_more_keys_than_it_needs()
    {
        var url = _entra.ArcEnvironment()["IDENTITY_ENDPOINT"] + "?api-version=2020-06-01&resource=api://emulated-api";
        for (var i = 0; i < 80; i++)
        {
            await _entra.GetAsync(url, ("Metadata", "true"));
        }

        Assert.InRange(_entra.ArcKeyFiles.Count, 1, 64);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Arc_finds_an_identity_by_its_other_names(bool byObjectId)
    {
        var identity = _entra.AddManagedIdentity(resourceId: Machine.ResourceId + Guid.NewGuid().ToString("N")[..8]);
        var id = byObjectId ? ManagedIdentityId.FromObjectId(identity.ObjectId) : ManagedIdentityId.FromResourceId(identity.ResourceId);

        using var acquirer = Acquirer(Credential(EnvironmentOf("Azure Arc", identity: null), id));

        Assert.Equal(
            identity.ObjectId,
            Claims((await acquirer.GetTokenAsync(new TokenRequest(_entra.Api.Scope))).Value).GetProperty("oid").GetString());
    }

    public static TheoryData<string> Selectors => new("client_id", "object_id", "msi_res_id");

    [Theory]
    [MemberData(nameof(Selectors))]
    public async Task A_container_instance_gets_tokens_in_the_default_chain_and_by_every_id(string selector)
    {
        _entra.IsContainerInstance = true;
        var identity = _entra.AddManagedIdentity(resourceId: Machine.ResourceId + Guid.NewGuid().ToString("N")[..8]);
        var environment = WorkloadEnvironment.FromValues(_entra.ContainerInstancesEnvironment());
        var options = new DefaultCredentialsOptions { Environment = environment, TimeProvider = fixture.Clock };
        using var chain = Acquirer(DefaultCredentials.FromEnvironment(options));
        var token = await chain.GetTokenAsync(new TokenRequest(_entra.Api.Scope));
        Assert.Equal(_entra.SystemAssignedIdentity.ObjectId, Claims(token.Value).GetProperty("oid").GetString());
        Assert.Equal([true, false], _entra.Journal.ManagedIdentityRequests.Select(request => request.IsProbe));

        using var named = Acquirer(Credential(environment, selector switch
        {
            "client_id" => ManagedIdentityId.FromClientId(identity.ClientId),
            "object_id" => ManagedIdentityId.FromObjectId(identity.ObjectId),
            _ => ManagedIdentityId.FromResourceId(identity.ResourceId),
        }));
        token = await named.GetTokenAsync(new TokenRequest(_entra.Api.Scope));

        Assert.Equal(identity.ObjectId, Claims(token.Value).GetProperty("oid").GetString());
        Assert.StartsWith($"{selector}=", _entra.Journal.ManagedIdentityRequests[^1].Selector, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_container_instance_refuses_a_request_without_the_header_in_plain_text()
    {
        var url = _entra.PlainAddress + "metadata/identity/oauth2/token?api-version=2018-02-01&resource=api://emulated-api";
        Assert.StartsWith("{", (await _entra.GetAsync(url)).Body, StringComparison.Ordinal);

        _entra.IsContainerInstance = true;

        var answer = await _entra.GetAsync(url);
        Assert.Equal((400, "Required metadata header not specified or not correct"), (answer.Status, answer.Body));
    }

    [Fact]
    public async Task An_imds_with_an_error_is_present_for_the_default_chain()
    {
        _entra.Faults.ManagedIdentity.Next(Fault.Status(503));
        _entra.Faults.ManagedIdentity.Next(Fault.Status(404));
        var chain = DefaultCredentials.FromEnvironment(new DefaultCredentialsOptions
        {
            Environment = EnvironmentOf("IMDS", identity: null),
            TimeProvider = fixture.Clock,
            Retry = new RetryOptions { MaxAttempts = 1 },
        });

        var result = await chain.AcquireAsync(new Acquisition(new TokenRequest(_entra.Api.Scope)), CancellationToken.None);

        Assert.Equal((TokenVerdict.Failed, 404), (result.Verdict, result.Error!.StatusCode));
    }

    [Fact]
    public async Task A_windows_container_instance_is_asked_by_object_id_and_says_when_it_has_no_default()
    {
        await using var entra = await EntraEmulator.StartAsync(new EntraEmulatorOptions { HasSystemAssignedIdentity = false });
        var identity = entra.AddManagedIdentity();
        var environment = WorkloadEnvironment.FromValues(entra.ContainerInstancesOnWindowsEnvironment());
        var request = new Acquisition(new TokenRequest(entra.Api.Scope));
        var options = new ManagedIdentityCredentialOptions { Environment = environment };

        var byObjectId = new ManagedIdentityCredential(ManagedIdentityId.FromObjectId(identity.ObjectId), options);

        var named = await byObjectId.AcquireAsync(request, CancellationToken.None);
        var unnamed = await new ManagedIdentityCredential(id: null, options).AcquireAsync(request, CancellationToken.None);

        Assert.Equal(identity.ObjectId, Claims(named.Token!.Value).GetProperty("oid").GetString());
        Assert.Equal(("DefaultIdentityNotDefined", 404), (unnamed.Error!.OAuthError, unnamed.Error.StatusCode));
    }

    [Fact]
    public async Task Service_Fabric_is_asked_by_object_id_and_says_when_there_is_none()
    {
        var identity = _entra.AddManagedIdentity();
        using var acquirer =
            Acquirer(Credential(EnvironmentOf("Service Fabric", identity: null), ManagedIdentityId.FromObjectId(identity.ObjectId)));
        Assert.Equal(
            identity.ObjectId,
            Claims((await acquirer.GetTokenAsync(new TokenRequest(_entra.Api.Scope))).Value).GetProperty("oid").GetString());

        using var nobody =
            Acquirer(
                Credential(EnvironmentOf("Service Fabric", identity: null), ManagedIdentityId.FromObjectId(Guid.NewGuid().ToString())));
        var exception =
            await Assert.ThrowsAsync<TokenAcquisitionException>(async () => await nobody.GetTokenAsync(new TokenRequest(_entra.Api.Scope)));
        Assert.Equal(("ManagedIdentityNotFound", 404), (exception.Error.OAuthError, exception.Error.StatusCode));
    }

    [Fact]
    public async Task Service_Fabrics_token_is_replaced_when_an_api_challenges_it()
    {
        using var acquirer = Acquirer(Credential(EnvironmentOf("Service Fabric", identity: null)));
        var request = new TokenRequest(_entra.Api.Scope) { ContinuousAccess = true };
        using var http =
            new HttpClient(
                new AccessTokenHandler(acquirer, request, new AccessTokenHandlerOptions { AllowedOrigins = { _entra.AuthorityHost } })
                {
                    InnerHandler = new SocketsHttpHandler { UseProxy = false },
                });
        Assert.Equal(HttpStatusCode.OK, (await http.GetAsync(_entra.Api.Url)).StatusCode);
        var first = await acquirer.GetTokenAsync(request);

        _entra.Faults.Api.Next(Fault.ClaimsChallenge("""{"access_token":{"nbf":{"essential":true,"value":"1604106651"}}}"""));
        Assert.Equal(HttpStatusCode.OK, (await http.GetAsync(_entra.Api.Url)).StatusCode);

        Assert.Equal([200, 401, 200], _entra.Journal.ApiRequests.Select(call => call.Status));
        Assert.NotEqual(first.Value, (await acquirer.GetTokenAsync(request)).Value);
        Assert.Equal(2, _entra.Journal.ManagedIdentityRequests.Count);
        Assert.Equal("cp1", Claims(first.Value).GetProperty("xms_cc")[0].GetString());
    }

    [Fact]
    public async Task Service_Fabric_is_not_served_over_plain_http_and_no_other_host_over_https()
    {
        var url = new Uri(_entra.ServiceFabricEnvironment()["IDENTITY_ENDPOINT"]);

        Assert.Equal(
            404,
            (await _entra.GetAsync(
                url.AbsolutePath + "?api-version=2019-07-01-preview&resource=api://emulated-api", ("Secret", "x"))).Status);

        using var https = Backchannel.Pinned(Convert.FromHexString(_entra.ServiceFabricEnvironment()["IDENTITY_SERVER_THUMBPRINT"]));
        using var request =
            new HttpRequestMessage(
                HttpMethod.Get,
                new Uri(
                    url,
                    "/metadata/identity/oauth2/token?api-version=2018-02-01&resource=api://emulated-api"))
            { Headers = { { "Metadata", "true" } } };
        Assert.Equal(HttpStatusCode.NotFound, (await https.SendAsync(request)).StatusCode);
    }

    [Theory]
    [MemberData(nameof(Hosts))]
    public async Task Faults_reach_every_host(string host, string selector)
    {
        _entra.Faults.ManagedIdentity.Next(Fault.Body("""{"error":"canary","access_token":"canary"}""", status: 400));
        _ = selector;

        var result =
            await Credential(EnvironmentOf(host, identity: null))
                .AcquireAsync(new Acquisition(new TokenRequest(_entra.Api.Scope)), CancellationToken.None);

        Assert.Equal((TokenVerdict.Failed, 400), (result.Verdict, result.Error!.StatusCode));
        Assert.Equal(host.Split(" (")[0], result.Error.Message[..host.Split(" (")[0].Length]);
    }

    private WorkloadEnvironment EnvironmentOf(string host, EmulatedManagedIdentity? identity) => WorkloadEnvironment.FromValues(
        host switch
        {
            "IMDS" => _entra.ImdsEnvironment(identity),
            "App Service" => _entra.AppServiceEnvironment(identity),
            "App Service (2017)" => _entra.AppServiceOf2017Environment(identity),
            "Azure Arc" => _entra.ArcEnvironment(identity),
            "Azure Machine Learning" => _entra.AzureMachineLearningEnvironment(),
            "Service Fabric" => _entra.ServiceFabricEnvironment(),
            "Azure Container Instances" => _entra.ContainerInstancesOnWindowsEnvironment(),
            _ => _entra.CloudShellEnvironment(),
        },
        _entra.ArcKeyFiles);

    private ManagedIdentityCredential Credential(WorkloadEnvironment environment, ManagedIdentityId? id = null) =>
        new(id, new ManagedIdentityCredentialOptions { Environment = environment, TimeProvider = fixture.Clock });

    private TokenAcquirer Acquirer(Credential credential) => new(credential, new TokenAcquirerOptions { TimeProvider = fixture.Clock });
}
