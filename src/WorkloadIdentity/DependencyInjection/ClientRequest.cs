namespace Microsoft.Extensions.DependencyInjection;

/// <summary>What a registered client asks for, and of whom.</summary>
/// <param name="Identity">The name of its identity; null for the unnamed one.</param>
/// <param name="Scope">Its scope.</param>
internal sealed record ClientRequest(string? Identity, string Scope);
