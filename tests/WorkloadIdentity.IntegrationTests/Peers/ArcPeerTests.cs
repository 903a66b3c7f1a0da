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

    private static PeerSituation Situation(string path, params string[] differences) => new("Azure Arc")
    {
        Variables = PeerSituations.Arc,
        Answers = [_ => PeerSituation.Answer(401, challenge: $"Basic realm={path}"), _ => PeerSituation.Token()],
        Differences = differences,
    };
}
