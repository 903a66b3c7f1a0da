namespace WorkloadIdentity.Tests;

/// <summary>Published examples, kept as files beside this one.</summary>
internal static class Vectors
{
    /// <summary>The key, signing input and signature of RFC 7515 appendix A.2.</summary>
    public static string Rfc7515AppendixA2 => In("rfc7515-appendix-a2.json");

    /// <summary>The three certificates of RFC 7515 appendix B, one a line.</summary>
    public static string Rfc7515AppendixB => In("rfc7515-appendix-b.txt");

    private static string In(string file) => Path.Combine(Repository.Root, "tests/WorkloadIdentity.Tests/Vectors", file);
}
