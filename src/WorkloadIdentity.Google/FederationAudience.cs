using System.Text.RegularExpressions;

namespace WorkloadIdentity.Google;

/// <summary>The name of a workload identity provider, which is the audience of the exchange.</summary>
internal static partial class FederationAudience
{
    private const string Host = "//iam.googleapis.com/";

    /// <summary>The audience that Google's Security Token Service expects.</summary>
    /// <exception cref="ArgumentException">The name is of another form.</exception>
    public static string Of(string workloadIdentityProvider)
    {
        ArgumentNullException.ThrowIfNull(workloadIdentityProvider);
        var name = workloadIdentityProvider.StartsWith(Host, StringComparison.Ordinal)
            ? workloadIdentityProvider[Host.Length..]
            : workloadIdentityProvider;
        return Form().IsMatch(name)
            ? Host + name
            : throw new ArgumentException(
                "The workload identity provider is not of the form projects/123456789012/locations/global/workloadIdentityPools/POOL/"
                    + "providers/PROVIDER. The project is its number, not its id. 'gcloud iam workload-identity-pools providers describe "
                    + "PROVIDER --location global --workload-identity-pool POOL --format \"value(name)\"' prints it.",
                nameof(workloadIdentityProvider));
    }

    [GeneratedRegex(@"\Aprojects/[0-9]{1,20}/locations/global/workloadIdentityPools/[a-z0-9-]{4,32}/providers/[a-z0-9-]{4,32}\z")]
    private static partial Regex Form();
}
