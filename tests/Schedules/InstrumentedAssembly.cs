using System.Reflection;
using System.Runtime.Loader;
using Mono.Cecil;
using Mono.Cecil.Cil;
using Mono.Cecil.Rocks;

namespace WorkloadIdentity.Schedules;

/// <summary>
/// Writes the calls of <see cref="Points"/> into WorkloadIdentity.dll, loads the result beside the original and runs
/// <see cref="Exploration"/> on it.
/// </summary>
internal static class InstrumentedAssembly
{
    public static int Run(string path, string[] arguments)
    {
        using var assembly = AssemblyDefinition.ReadAssembly(path, new ReaderParameters { ReadingMode = ReadingMode.Immediate });
        var points = new References(assembly.MainModule);
        foreach (var method in assembly.MainModule.GetTypes().SelectMany(type => type.Methods).Where(method => method.HasBody))
        {
            method.Body.SimplifyMacros();
            foreach (var instruction in method.Body.Instructions.ToArray())
            {
                Rewrite(instruction, method.Body.GetILProcessor(), points);
            }

            method.Body.OptimizeMacros();
        }

        using var written = new MemoryStream();
        assembly.Write(written);
        written.Position = 0;

        var context = new AssemblyLoadContext("instrumented");
        var copy = context.LoadFromStream(written);
        context.Resolving += (_, name) => name.Name == copy.GetName().Name ? copy : null;
        var schedules = context.LoadFromAssemblyPath(typeof(Exploration).Assembly.Location);
        var run = schedules.GetType(typeof(Exploration).FullName!)!.GetMethod(nameof(Exploration.Run))!;
        return (int)run.Invoke(null, [arguments])!;
    }

    private static void Rewrite(Instruction instruction, ILProcessor il, References points)
    {
        if (instruction.OpCode == OpCodes.Volatile)
        {
            il.InsertBefore(instruction, il.Create(OpCodes.Call, points.Access));
        }
        else if (instruction.Operand is MethodReference called && instruction.OpCode.Code is Code.Call or Code.Callvirt)
        {
            var method = (MethodReference)instruction.Operand;
            if (points.ReplacementOf(method) is { } replacement)
            {
                instruction.OpCode = OpCodes.Call;
                instruction.Operand = replacement;
            }
            else if (method is { Name: "Dispose", DeclaringType.FullName: "System.Threading.Lock/Scope" })
            {
                il.InsertAfter(instruction, il.Create(OpCodes.Call, points.Exited));
            }
            else if (method is
            {
                Name: "Dispose", DeclaringType.FullName: "System.IDisposable"
                or "System.Threading.CancellationTokenRegistration"
            })
            {
                il.InsertBefore(Start(instruction), il.Create(OpCodes.Call, points.Disposing));
            }
            else if (method.Name == "ConfigureAwait" && instruction.Previous is { OpCode.Code: Code.Ldc_I4 } continueOnContext)
            {
                // The context is the controlled scheduler: awaits must come back to it.
                continueOnContext.Operand = 1;
            }
            else if (IsShared(method))
            {
                il.InsertBefore(instruction, il.Create(OpCodes.Call, points.Access));
            }
        }
    }

    /// <summary>A prefix belongs to the instruction behind it.</summary>
    private static Instruction Start(Instruction instruction) =>
        instruction.Previous is { OpCode.OpCodeType: OpCodeType.Prefix } prefix ? prefix : instruction;

    private static bool IsShared(MethodReference method) => method.DeclaringType.GetElementType().FullName is
        "System.Threading.Interlocked" or "System.Threading.Volatile" or "System.Threading.CancellationTokenSource"
        or "System.Threading.Tasks.TaskCompletionSource" or "System.Threading.Tasks.TaskCompletionSource`1"
        || method.DeclaringType.Namespace is "System.Collections.Concurrent" or "Microsoft.Extensions.Caching.Memory";

    private sealed class References(ModuleDefinition module)
    {
        private readonly Dictionary<string, MethodReference> _replacements =
            typeof(Points).GetMethods(BindingFlags.Public | BindingFlags.Static)
            .Where(method => method.Name is not (nameof(Points.Access) or nameof(Points.Exited) or nameof(Points.Disposing)))
            .ToDictionary(Key, method => module.ImportReference(method));

        public MethodReference Access { get; } = module.ImportReference(typeof(Points).GetMethod(nameof(Points.Access)));

        public MethodReference Exited { get; } = module.ImportReference(typeof(Points).GetMethod(nameof(Points.Exited)));

        public MethodReference Disposing { get; } = module.ImportReference(typeof(Points).GetMethod(nameof(Points.Disposing)));

        public MethodReference? ReplacementOf(MethodReference method)
        {
            var replacement = _replacements.GetValueOrDefault(Key(method));
            var arguments = method is GenericInstanceMethod generic ? generic.GenericArguments
                : method.DeclaringType is GenericInstanceType type ? type.GenericArguments
                : null;
            if (replacement is null || arguments is null)
            {
                return replacement;
            }

            var instance = new GenericInstanceMethod(replacement);
            arguments.ToList().ForEach(instance.GenericArguments.Add);
            return instance;
        }

        /// <summary>What a method of <see cref="Points"/> takes the place of.</summary>
        private static string Key(MethodInfo method) => method.Name switch
        {
            nameof(Points.Enter) or nameof(Points.Exit) => $"System.Threading.Monitor.{method.Name}({method.GetParameters().Length})",
            nameof(Points.EnterScope) => "System.Threading.Lock.EnterScope(0)",
            nameof(Points.Cancel) => "System.Threading.CancellationTokenSource.Cancel(0)",
            nameof(Points.LazyValue) => "System.Lazy`1.get_Value(0)",
            _ => $"System.Threading.Tasks.Task.Run({method.GetParameters().Length})" + (method.IsGenericMethod ? "<Task>" : ""),
        };

        private static string Key(MethodReference method)
        {
            var key = $"{method.DeclaringType.GetElementType().FullName}.{method.Name}({method.Parameters.Count})";
            return key.StartsWith("System.Threading.Tasks.Task.Run(", StringComparison.Ordinal) && method is GenericInstanceMethod
                ? key + (ReturnsTask(method) ? "<Task>" : "<value>")
                : key;
        }

        private static bool ReturnsTask(MethodReference method) =>
            method.Parameters[
                0].ParameterType is GenericInstanceType { GenericArguments: [GenericInstanceType { ElementType.Name: "Task`1" }] };
    }
}
