using System.Data.Common;
using Microsoft.Data.SqlClient;
using Microsoft.EntityFrameworkCore.Diagnostics;
using WorkloadIdentity.SqlClient;

namespace WorkloadIdentity.EntityFrameworkCore;

/// <summary>Gives each connection its callback for tokens before it is opened.</summary>
internal sealed class LoginInterceptor(ITokenAcquirer acquirer, TokenRequest? request, bool allowUnverifiedServer) : DbConnectionInterceptor
{
    public override InterceptionResult ConnectionOpening(
        DbConnection connection, ConnectionEventData eventData, InterceptionResult result)
    {
        AddLogin(connection);
        return result;
    }

    public override ValueTask<InterceptionResult> ConnectionOpeningAsync(
        DbConnection connection, ConnectionEventData eventData, InterceptionResult result, CancellationToken cancellationToken = default)
    {
        AddLogin(connection);
        return ValueTask.FromResult(result);
    }

    private void AddLogin(DbConnection connection)
    {
        if (connection is SqlConnection { AccessTokenCallback: null } sql)
        {
            sql.UseWorkloadIdentity(acquirer, request, allowUnverifiedServer);
        }
    }
}
