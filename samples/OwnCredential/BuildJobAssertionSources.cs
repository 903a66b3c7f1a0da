using WorkloadIdentity;

namespace OwnCredential;

/// <summary>Makes the source read like those of the library: <c>AssertionSource.FromBuildJob()</c>.</summary>
public static class BuildJobAssertionSources
{
    extension(AssertionSource)
    {
        /// <summary>Reads the token that the build server writes for each job.</summary>
        public static AssertionSource FromBuildJob() => new BuildJobAssertionSource();
    }
}
