namespace WorkloadIdentity.IntegrationTests;

/// <summary>Azure Arc's second request, which shows the content of a key file.</summary>
[Collection(PeerCollection.Name)]
public sealed class ArcPeerTests : IDisposable
{
    public const string Difference = "arc-link";

    private const string Parent = "/var/opt/azcmagent";

    private readonly bool _wasThere = Directory.Exists(Parent);

    public void Dispose()
    {
        if (!_wasThere && Directory.Exists(Parent))
        {
            Directory.Delete(Parent, recursive: true);
        }
    }

    [ArcFolderFact]
    public async Task Both_answer_the_challenge_with_the_content_of_the_file()
    {
        var path = Directory.CreateDirectory($"{Parent}/tokens").FullName + $"/{Guid.NewGuid()}.key";
        await File.WriteAllTextAsync(path, "the-key");
        try
        {
            await PeerTests.CompareAsync(Situation(path));
        }
        finally
        {
            File.Delete(path);
        }
    }

    [ArcFolderFact]
    public async Task A_link_out_of_the_folder_is_followed_by_one_only()
    {
        using var secret = new TemporaryFile("somebody-elses");
        var path = Directory.CreateDirectory($"{Parent}/tokens").FullName + $"/{Guid.NewGuid()}.key";
        File.CreateSymbolicLink(path, secret.Path);
        try
        {
            await PeerTests.CompareAsync(Situation(path, Difference));
        }
        finally
        {
            File.Delete(path);
        }
    }

    /// <summary>
    /// An agent that does not know user-assigned identities answers as the machine, so both want to see the id in the answer.
    /// </summary>
    [ArcFolderFact]
    public async Task A_named_identity_is_accepted_by_both_when_the_agent_confirms_it_and_refused_otherwise()
    {
        var path = Directory.CreateDirectory($"{Parent}/tokens").FullName + $"/{Guid.NewGuid()}.key";
        await File.WriteAllTextAsync(path, "the-key");
        try
        {
            foreach (var (echo, outcome) in new[] { (PeerSituation.ClientId, "Issued"), (PeerSituation.ObjectId, "Failed"), (null,
                "Failed") })
            {
                var situation = Named(path, echo);
                await PeerTests.CompareAsync(situation);
                using var variables = new ProcessVariables(situation.Variables);
                Assert.Equal(outcome, (await PeerRun.OursAsync(situation, $"https://{Guid.NewGuid():N}.example/.default")).Outcome);
            }
        }
        finally
        {
            File.Delete(path);
        }
    }

    private static PeerSituation Named(string path, string? echo) => new("Azure Arc by client id")
    {
        Variables = PeerSituations.Arc,
        Identity = "client",
        Answers =
        [
            _ => PeerSituation.Answer(401, challenge: $"Basic realm={path}"),
            _ => PeerSituation.Token(echo is null ? "" : $",\"client_id\":\"{echo}\""),
        ],
    };

    private static PeerSituation Situation(string path, params string[] differences) => new("Azure Arc")
    {
        Variables = PeerSituations.Arc,
        Answers = [_ => PeerSituation.Answer(401, challenge: $"Basic realm={path}"), _ => PeerSituation.Token()],
        Differences = differences,
    };
}
