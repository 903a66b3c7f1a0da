using System.Text;
using WorkloadIdentity.Governance;
using WorkloadIdentity.Testing;

namespace WorkloadIdentity.Tool;

/// <summary>A file of variables, for <c>set -a; . file; set +a</c> and for readers of such files. They hold secrets.</summary>
internal static class VariablesFile
{
    /// <summary>
    /// Makes a new file that only this user may read. A file or a link that is there already is an error. The content is written in one
    /// step, so a file that is not empty is complete.
    /// </summary>
    public static void Create(string path, IEnumerable<(string Name, string Value)> variables)
    {
        using var file = PrivateFile.Create(path);
        Write(file, variables);
    }

    /// <summary>Writes the content of the file.</summary>
    public static void Write(Stream file, IEnumerable<(string Name, string Value)> variables) =>
        file.Write(Bytes(variables));

    /// <summary>The content of the file.</summary>
    public static byte[] Bytes(IEnumerable<(string Name, string Value)> variables) => Encoding.UTF8.GetBytes(
        string.Concat(variables.Select(variable => $"{variable.Name}={ShellText.Quoted(variable.Value)}\n")));

    /// <summary>The path as a shell's <c>.</c> takes it: a name without a folder would be looked up in PATH.</summary>
    public static string Sourced(string path) => ShellText.Quoted(path.Contains('/', StringComparison.Ordinal) ? path : $"./{path}");
}
