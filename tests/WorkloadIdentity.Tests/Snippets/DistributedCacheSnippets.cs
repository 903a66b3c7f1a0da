using Microsoft.AspNetCore.DataProtection;
using Microsoft.Extensions.Caching.Distributed;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using WorkloadIdentity.DistributedCache;

namespace WorkloadIdentity.Tests;

/// <summary>The code of docs/distributed-cache.md and src/WorkloadIdentity.DistributedCache/README.md, compiled.</summary>
internal static class DistributedCacheSnippets
{
    public static void With_keys(HostApplicationBuilder builder, string tenantId, string clientId, ClientSecretAuthentication secret)
    {
        builder.Services.AddWorkloadIdentity()
            .UseSecret(tenantId, clientId, secret)
            .AddDistributedCache(options =>
            {
                options.NamingKey = Convert.FromBase64String(builder.Configuration["TokenCache:NamingKey"]!);
                options.Protection =
                    TokenProtection.FromKeys(EncryptionKey.FromBase64("2026-05", builder.Configuration["TokenCache:Key"]!));
            });
    }

    public static void With_data_protection(
        HostApplicationBuilder builder, string tenantId, string clientId, ClientSecretAuthentication secret)
    {
        builder.Services.AddWorkloadIdentity()
            .UseSecret(tenantId, clientId, secret)
            .AddDistributedCache((services, options) =>
            {
                var protector = services.GetRequiredService<IDataProtectionProvider>().CreateProtector("WorkloadIdentity.DistributedCache");
                options.NamingKey = Convert.FromBase64String(builder.Configuration["TokenCache:NamingKey"]!);
                options.Protection = TokenProtection.FromDataProtection(protector.Protect, protector.Unprotect);
            });
    }

    public static TokenAcquirer By_hand(Credential credential, IDistributedCache cache, byte[] namingKey, EncryptionKey key)
    {
        var store = new DistributedTokenStore(cache, new() { NamingKey = namingKey, Protection = TokenProtection.FromKeys(key) });
        var acquirer = new TokenAcquirer(credential, new() { Store = store });
        return acquirer;
    }

    public static void Rotate(DistributedTokenStoreOptions options, string newKey, string oldKey)
    {
        options.Protection =
            TokenProtection.FromKeys(EncryptionKey.FromBase64("2026-11", newKey), EncryptionKey.FromBase64("2026-05", oldKey));
    }
}
