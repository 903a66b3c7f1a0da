namespace WorkloadIdentity.Tool;

/// <summary>Whether this machine has the role of AWS that a program with <c>AssertionSource.Aws</c> would use.</summary>
internal static class AwsMachine
{
    // Instances of EC2 set no variable. Their firmware names who sells them.
    private const string Vendor = "/sys/class/dmi/id/sys_vendor";

    private static readonly IReadOnlyList<string> Variables =
    [
        "AWS_ACCESS_KEY_ID", "AWS_WEB_IDENTITY_TOKEN_FILE", "AWS_ROLE_ARN", "AWS_PROFILE", "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
        "AWS_CONTAINER_CREDENTIALS_FULL_URI",
    ];

    public static bool Is(WorkloadEnvironment environment) =>
        Variables.Any(environment.Has)
            || (environment.TryReadLine(Vendor, out var vendor, out _) && vendor.StartsWith("Amazon EC2", StringComparison.Ordinal));
}
