namespace WorkloadIdentity.Governance;

/// <summary>The application that a change is for.</summary>
internal static class ChangedApplication
{
    /// <exception cref="ChangeRefusedException">There is none. The message says which id to use.</exception>
    public static async Task<AppRegistration> ReadAsync(
        GraphClient graph, Func<ClientId, GraphRead<AppRegistration>> read, ClientId id, CancellationToken cancellationToken)
    {
        try
        {
            return await graph.ReadAsync(read(id), cancellationToken).ConfigureAwait(false);
        }
        catch (GraphException exception) when (exception.Error.Kind == GraphErrorKind.NotFound)
        {
            throw new ChangeRefusedException(
                $"The tenant has no application with the client id {id}. Use the client id of the registration (not an object id), and the "
                    + "tenant in which it is registered. A managed identity has no registration: its trust is set up in Azure "
                    + "(wid federate … --managed-identity prints the command), and Azure rotates its credentials.",
                exception);
        }
    }
}
