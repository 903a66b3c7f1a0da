using Grpc.Core;
using WorkloadIdentity.Spiffe.Protocol;

namespace WorkloadIdentity.Tests;

/// <summary>The method of the Workload API.</summary>
internal sealed class SpiffeAgentMethods(SpiffeAgent agent) : SpiffeWorkloadAPI.SpiffeWorkloadAPIBase
{
    public override async Task<JWTSVIDResponse> FetchJWTSVID(JWTSVIDRequest request, ServerCallContext context)
    {
        if (context.RequestHeaders.GetValue("workload.spiffe.io") != "true")
        {
            throw new RpcException(new Status(StatusCode.InvalidArgument, "canary: security header missing from request"));
        }

        if (request.Audience.Count == 0)
        {
            throw new RpcException(new Status(StatusCode.InvalidArgument, "canary: audience must be specified"));
        }

        agent.Calls.Enqueue((string.Join(' ', request.Audience), request.SpiffeId));
        if (agent.Holds is { } held)
        {
            await held.WaitAsync(context.CancellationToken);
        }

        if (agent.Fails is { } code)
        {
            throw new RpcException(new Status(code, "canary: as the test wants it"));
        }

        var wanted = agent.Identities.Where(identity =>
            agent.IgnoresSpiffeId || request.SpiffeId.Length == 0 || identity.SpiffeId == request.SpiffeId).ToList();
        return wanted.Count == 0
            ? throw new RpcException(new Status(StatusCode.PermissionDenied, "canary: no identity issued"))
            : new JWTSVIDResponse
            {
                Svids =
                {
                    wanted.Select(identity => new JWTSVID
                    {
                        SpiffeId = identity.SpiffeId,
                        Svid = identity.Issue(request.Audience[0]),
                        Hint = identity.Hint,
                    }),
                },
            };
    }
}
