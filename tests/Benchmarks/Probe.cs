using WorkloadIdentity;
namespace Benchmarks;
internal static class Probe {
  public static async Task<Finding> RunAsync() {
    var entra = new InMemoryEntra();
    var cred = WorkloadIdentity.ApplicationCredential.MultiTenant(InMemoryEntra.ClientId, ClientSecretAuthentication.FromValue(InMemoryEntra.Secret), new ApplicationCredentialOptions { HttpClient = entra.NewClient() });
    using var fixedAcq = new TokenAcquirer(new Fixed(), new TokenAcquirerOptions { Capacity = 200_000 });
    var ours = Peers.Ours(new InMemoryEntra(), 400_000);
    var msal = Peers.Msal(new InMemoryEntra());
    using var http = entra.NewClient();
    int n = 0;
    string[] scopes = [InMemoryEntra.Scope];
    for (int r=0;r<4;r++) {
      await T("endpoint alone", async () => { using var f = new FormUrlEncodedContent([new("client_id", InMemoryEntra.ClientId), new("scope", InMemoryEntra.Scope), new("grant_type", "client_credentials"), new("client_secret", InMemoryEntra.Secret)]); using var m = new HttpRequestMessage(HttpMethod.Post, "https://login.microsoftonline.com/x/oauth2/v2.0/token") { Content = f }; using var resp = await http.SendAsync(m); await resp.Content.ReadAsByteArrayAsync(); });
      await T("credential", async () => { n++; await cred.AcquireAsync(new Acquisition(new TokenRequest(InMemoryEntra.Scope) { TenantId = ManyTenants.TenantId(n) }), default); });
      await T("acquirer, fixed credential", async () => { n++; await fixedAcq.GetTokenAsync(new TokenRequest(InMemoryEntra.Scope) { TenantId = ManyTenants.TenantId(n) }); });
      await T("acquirer", async () => { n++; await ours.GetTokenAsync(new TokenRequest(InMemoryEntra.Scope) { TenantId = ManyTenants.TenantId(n) }); });
      await T("msal", async () => { n++; await msal.AcquireTokenForClient(scopes).WithTenantId(ManyTenants.TenantId(n)).ExecuteAsync(); });
    }
    return new Finding("", "", []);
  }
  static async Task T(string name, Func<Task> f) { const int N = 10000; var a = GC.GetTotalAllocatedBytes(true); var cpu = System.Diagnostics.Process.GetCurrentProcess().TotalProcessorTime; var s = TimeProvider.System.GetTimestamp(); for (int i=0;i<N;i++) await f(); Console.WriteLine($"{name}: {TimeProvider.System.GetElapsedTime(s).TotalMicroseconds/N:0.0} us, cpu {(System.Diagnostics.Process.GetCurrentProcess().TotalProcessorTime-cpu).TotalMicroseconds/N:0.0}, {(GC.GetTotalAllocatedBytes(true)-a)/N} B"); }
  sealed class Fixed : Credential { public override string Name => "fixed"; protected override RequestFeatures Supports => RequestFeatures.TenantId; protected override ValueTask<TokenResult> AcquireCoreAsync(Acquisition acquisition, CancellationToken cancellationToken) => new(TokenResult.Issued(new WorkloadIdentity.AccessToken("x", TimeProvider.System.GetUtcNow().AddHours(1)))); }
}
