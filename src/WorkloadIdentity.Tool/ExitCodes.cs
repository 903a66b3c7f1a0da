namespace WorkloadIdentity.Tool;

/// <summary>The exit codes, for scripts. docs/wid.md documents them, and none changes its meaning.</summary>
internal static class ExitCodes
{
    public const int Ok = 0;

    /// <summary>The tool has a bug.</summary>
    public const int Fault = 1;

    /// <summary>The arguments are invalid: an option, a value, a scope whose tokens are never printed.</summary>
    public const int Usage = 2;

    /// <summary>No credential is available.</summary>
    public const int NoCredential = 3;

    /// <summary>A credential is available and got no token: half a configuration, a refusal.</summary>
    public const int Failed = 4;

    /// <summary>No response, or too many requests: the same command may succeed a little later.</summary>
    public const int TryAgain = 5;

    /// <summary>A local resource failed: output could not be written, or a file or an address could not be used.</summary>
    public const int Machine = 6;

    /// <summary>The answer is one to act on: a finding at the threshold of <c>wid review</c>, or a workload that is blocked.</summary>
    public const int Found = 7;

    /// <summary>The command of <c>wid identity</c> could not be started, as shells say it.</summary>
    public const int CommandNotStarted = 126;

    /// <summary>The command of <c>wid identity</c> was not found, as shells say it.</summary>
    public const int CommandNotFound = 127;

    /// <summary>SIGHUP: the terminal was closed.</summary>
    public const int HungUp = 129;

    /// <summary>Ctrl+C (SIGINT).</summary>
    public const int Interrupted = 130;

    /// <summary>Ctrl+\ (SIGQUIT).</summary>
    public const int Quit = 131;

    /// <summary>SIGTERM: the end of a container, or <c>timeout</c>.</summary>
    public const int Terminated = 143;

    public static int Of(TokenVerdict verdict, TokenError? error) => verdict switch
    {
        TokenVerdict.Issued => Ok,
        TokenVerdict.Unavailable => NoCredential,
        _ => error?.IsTransient == true ? TryAgain : Failed,
    };
}
