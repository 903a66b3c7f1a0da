namespace WorkloadIdentity.Tool;

/// <summary>What scripts read. They are documented in docs/wid.md, and none changes its meaning.</summary>
internal static class ExitCodes
{
    public const int Ok = 0;

    /// <summary>The tool itself is at fault.</summary>
    public const int Fault = 1;

    /// <summary>What was asked for cannot be done: an option, a value, a scope whose tokens are never printed.</summary>
    public const int Usage = 2;

    /// <summary>There is no credential here.</summary>
    public const int NoCredential = 3;

    /// <summary>A credential is here and got no token: half a configuration, a refusal.</summary>
    public const int Failed = 4;

    /// <summary>Nobody answered, or asked to be left alone: the same command may succeed a little later.</summary>
    public const int TryAgain = 5;

    /// <summary>The machine stood in the way: output that cannot be written, a file or an address that cannot be used.</summary>
    public const int Machine = 6;

    /// <summary>Ctrl+C (SIGINT).</summary>
    public const int Interrupted = 130;

    /// <summary>SIGTERM: the end of a container, or <c>timeout</c>.</summary>
    public const int Terminated = 143;

    public static int Of(TokenVerdict verdict, TokenError? error) => verdict switch
    {
        TokenVerdict.Issued => Ok,
        TokenVerdict.Unavailable => NoCredential,
        _ => error?.IsTransient == true ? TryAgain : Failed,
    };
}
