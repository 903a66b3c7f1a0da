namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Marks a client that may store cookies. Registered under the client's name.</summary>
internal sealed class AllowedCookies;
