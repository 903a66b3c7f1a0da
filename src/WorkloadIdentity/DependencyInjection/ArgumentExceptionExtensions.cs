namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Reads what a constructor objects to.</summary>
internal static class ArgumentExceptionExtensions
{
    /// <summary>The message alone: the parameter's name, which .NET appends, is not what a reader of settings knows.</summary>
    public static string Explain(this ArgumentException exception) =>
        exception.ParamName is { } name
            ? exception.Message.Replace($" (Parameter '{name}')", "", StringComparison.Ordinal)
            : exception.Message;
}
