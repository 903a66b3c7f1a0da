using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.Loader;
using Mono.Cecil;
using Mono.Cecil.Cil;
using MethodBody = Mono.Cecil.Cil.MethodBody;

namespace WorkloadIdentity.Paths;

/// <summary>
/// Writes a call to <see cref="Recorder.Enter"/> into the methods of WorkloadIdentity.dll, loads the result beside the original and runs
/// <see cref="Situations"/> on it.
/// </summary>
/// <remarks>
/// Left out: value accessors (properties, operators, Equals, GetHashCode, ToString, Dispose, what the compiler writes) and leaf helpers
/// (static methods and constructors that call no other file of the package). An async method is entered where it is called, not where it is
/// resumed.
/// </remarks>
internal static class TracedAssembly
{
    public static async Task<IReadOnlyList<WalkedPath>> RunAsync(string path)
    {
        using var assembly =
            AssemblyDefinition.ReadAssembly(path, new ReaderParameters { ReadSymbols = true, ReadingMode = ReadingMode.Immediate });
        var files = new SourceFiles(assembly.MainModule);
        var enter = assembly.MainModule.ImportReference(typeof(Recorder).GetMethod(nameof(Recorder.Enter)));
        foreach (var method in files.Methods)
        {
            // Inlined methods stand on no stack.
            method.ImplAttributes |= Mono.Cecil.MethodImplAttributes.NoInlining;
            if (IsCounted(method, files))
            {
                Write(method, enter, files.Of(method)!);
            }
        }

        // Friends are named with the key they were signed with; nothing here is signed, so the copy keeps its name.
        using var traced = new MemoryStream();
        assembly.Write(traced);
        traced.Position = 0;

        var context = new AssemblyLoadContext("traced");
        var copy = context.LoadFromStream(traced);
        context.Resolving += (_, name) => name.Name == copy.GetName().Name ? copy : null;
        var paths = context.LoadFromAssemblyPath(typeof(Recorder).Assembly.Location);
        var run =
            paths.GetType(typeof(Situations).FullName!)!.GetMethod(nameof(Situations.RunAsync), BindingFlags.Public | BindingFlags.Static)!;
        return Copies(await (Task<string[]>)run.Invoke(null, [files.ByName])!);
    }

    /// <summary>Types of the other context are other types: what crosses is text.</summary>
    private static List<WalkedPath> Copies(string[] lines)
    {
        var paths = new List<WalkedPath>();
        foreach (var fields in lines.Select(line => line.Split('\t')))
        {
            switch (fields)
            {
                case ["path", var name, var calls]:
                    paths.Add(new WalkedPath(
                        name, new List<string>(), new List<Move>(), int.Parse(calls, System.Globalization.CultureInfo.InvariantCulture)));
                    break;
                case ["file", var file]:
                    ((List<string>)paths[^1].Files).Add(file);
                    break;
                case ["move", var from, var to, var method, var isReturn]:
                    ((List<Move>)paths[^1].Moves).Add(new Move(from, to, method, bool.Parse(isReturn)));
                    break;
            }
        }

        return paths;
    }

    private static void Write(MethodDefinition method, MethodReference enter, string file)
    {
        var il = method.Body.GetILProcessor();
        var first = method.Body.Instructions[0];
        il.InsertBefore(first, il.Create(OpCodes.Ldstr, file));
        il.InsertBefore(first, il.Create(OpCodes.Ldstr, method.Name));
        il.InsertBefore(first, il.Create(OpCodes.Call, enter));
    }

    private static bool IsCounted(MethodDefinition method, SourceFiles files) =>
        files.Of(method) is not null
        && !IsAccessor(method)
        && method.Name is not ("MoveNext" or "SetStateMachine")
        && !((method.IsStatic || method.IsConstructor) && !files.LeavesItsFile(method));

    private static bool IsAccessor(MethodDefinition method) =>
        (method.IsSpecialName && !method.IsConstructor)
        || method.Name is "ToString" or "Equals" or "GetHashCode" or "PrintMembers" or "<Clone>$" or "Deconstruct" or "Dispose";

    /// <summary>Where each method stands, and what it calls.</summary>
    private sealed class SourceFiles
    {
        private readonly Dictionary<MethodDefinition, string> _files = [];

        public SourceFiles(ModuleDefinition module)
        {
            Methods = [.. module.GetTypes().SelectMany(type => type.Methods).Where(method => method.HasBody)];
            foreach (var method in Methods)
            {
                if (Document(method) is { } document && document.Contains("/src/WorkloadIdentity/", StringComparison.Ordinal))
                {
                    var file =
                        document[
                            (document.IndexOf("/src/WorkloadIdentity/", StringComparison.Ordinal) + "/src/WorkloadIdentity/".Length)..];
                    _files[method] = file;
                    ByName[$"{method.DeclaringType.FullName.Replace('/', '+')}::{method.Name}"] = file;
                }
            }
        }

        public IReadOnlyList<MethodDefinition> Methods { get; }

        public Dictionary<string, string> ByName { get; } = [];

        public string? Of(MethodDefinition method) => _files.GetValueOrDefault(method);

        /// <summary>
        /// Whether the method calls into another file of the package; its state machine and lambdas count as its own code.
        /// </summary>
        public bool LeavesItsFile(MethodDefinition method) => Bodies(method).SelectMany(body => body.Instructions).Any(instruction =>
            instruction.Operand is MethodReference called
            && instruction.OpCode.Code is Code.Call or Code.Callvirt or Code.Newobj
            && ((MethodReference)instruction.Operand).DeclaringType.Scope == method.Module
            && ((MethodReference)instruction.Operand).Resolve() is { } target
            && !IsAccessor(target)
            && FileOf(target) is { } file && file != _files[method]);

        /// <summary>An interface's method has no code: it stands where its type's other methods do, or where its name says.</summary>
        private string? FileOf(MethodDefinition target) => Of(target) ?? (target.IsAbstract ? target.DeclaringType.Name + ".cs" : null);

        private static IEnumerable<MethodBody> Bodies(MethodDefinition method)
        {
            yield return method.Body;
            if (StateMachine(method) is { } machine)
            {
                foreach (var each in machine.Methods.Where(each => each.HasBody))
                {
                    yield return each.Body;
                }
            }
        }

        private static string? Document(MethodDefinition method) =>
            method.DebugInformation.SequencePoints.FirstOrDefault(point => !point.IsHidden)?.Document.Url.Replace('\\', '/')
            ?? (StateMachine(method)?.Methods.FirstOrDefault(each => each.Name == "MoveNext") is { } next ? Document(next) : null);

        private static TypeDefinition? StateMachine(MethodDefinition method) =>
            method.CustomAttributes.FirstOrDefault(attribute =>
                attribute.AttributeType.Name is nameof(AsyncStateMachineAttribute) or nameof(IteratorStateMachineAttribute)
                    or nameof(AsyncIteratorStateMachineAttribute))
            is { } attribute ? ((TypeReference)attribute.ConstructorArguments[0].Value).Resolve() : null;
    }
}
