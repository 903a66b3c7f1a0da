namespace WorkloadIdentity;

/// <summary>Reads what is wrong from an <see cref="ArgumentException"/>.</summary>
internal static class ArgumentExceptionExtensions
{
    /// <summary>The message alone: the parameter's name, which .NET appends, means nothing to a reader of settings.</summary>
    public static string Explain(this ArgumentException exception) =>
        exception.ParamName is { } name
            ? exception.Message.Replace($" (Parameter '{name}')", "", StringComparison.Ordinal)
            : exception.Message;
}
