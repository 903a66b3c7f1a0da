using System.Diagnostics;

namespace WorkloadIdentity.Paths;

/// <summary>
/// Receives each method entry of the traced assembly. <see cref="TracedAssembly"/> writes the calls to it into the assembly.
/// </summary>
public static class Recorder
{
    private const string Runtime = "(runtime)";
    private const string Program = "(program)";

    private static readonly Lock Sync = new();
    private static readonly List<string> Files = [];
    private static readonly List<Move> Moves = [];
    private static Dictionary<string, string> _known = [];
    private static int _calls;
    private static bool _isOn;

    /// <summary>Sets the file of each method, by the full name of its type and its name.</summary>
    public static void Know(Dictionary<string, string> files) => _known = files;

    /// <summary>Forgets what was recorded, and records from now on.</summary>
    public static void Start()
    {
        lock (Sync)
        {
            Files.Clear();
            Moves.Clear();
            _calls = 0;
            _isOn = true;
        }
    }

    /// <summary>Stops recording and returns the path.</summary>
    public static WalkedPath Stop(string name)
    {
        lock (Sync)
        {
            _isOn = false;
            return new WalkedPath(name, [.. Files], [.. Moves], _calls);
        }
    }

    /// <summary>A method was entered.</summary>
    public static void Enter(string file, string method)
    {
        if (!_isOn)
        {
            return;
        }

        var from = Caller();
        lock (Sync)
        {
            _calls++;
            var known = Files.Contains(file);
            if (from != file)
            {
                Moves.Add(new Move(from, file, method, known));
            }

            if (!known)
            {
                Files.Add(file);
            }
        }
    }

    /// <summary>
    /// The file of the nearest traced method below the entered one on this thread's stack; otherwise the program that sends the request, or
    /// the runtime.
    /// </summary>
    private static string Caller()
    {
        var frames = new StackTrace(2, fNeedFileInfo: false).GetFrames();
        var isBelow = false;
        foreach (var frame in frames)
        {
            if (frame.GetMethod() is not { DeclaringType.FullName: { } type } method)
            {
                continue;
            }

            if (type.StartsWith(typeof(Situations).FullName!, StringComparison.Ordinal))
            {
                return Program;
            }

            if (!_known.TryGetValue($"{Plain(type)}::{method.Name}", out var file))
            {
                continue;
            }

            // The first is the entered method itself.
            if (isBelow)
            {
                return file;
            }

            isBelow = true;
        }

        return Runtime;
    }

    private static string Plain(string type) => type.IndexOf('[', StringComparison.Ordinal) is >= 0 and var end ? type[..end] : type;
}
