using WorkloadIdentity.Governance;

namespace WorkloadIdentity.Tool;

/// <summary>
/// A file of a report. Only this user may read it, because it says where a tenant is weak. It appears when it is complete.
/// </summary>
internal static class OutputFile
{
    public static void Write(string option, string path, Action<Stream> write)
    {
        try
        {
            PrivateFile.Replace(path, write);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new ToolException(
                ExitCodes.Machine, $"The file of {option} could not be written ({exception.GetType().Name}).",
                "Check the folder, the rights of this user, and the free space.", ToolException.Reference("wid#exit-codes"));
        }
    }
}
