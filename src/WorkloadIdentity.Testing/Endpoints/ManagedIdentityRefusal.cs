namespace WorkloadIdentity.Testing;

/// <summary>Why a managed identity endpoint gives no token. Each host writes it in its own form.</summary>
internal sealed class ManagedIdentityRefusal(int status, string error, string message)
{
    public int Status => status;

    public string Error => error;

    public string Message => message;
}
