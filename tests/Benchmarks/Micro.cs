using System.Globalization;
using System.Reflection;
using BenchmarkDotNet.Attributes;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Diagnosers;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Loggers;
using BenchmarkDotNet.Reports;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.Emit;
using Perfolizer.Horology;

namespace Benchmarks;

/// <summary>
/// Runs a BenchmarkDotNet class whose baseline is ours, in this process: all libraries in one run, without a build of its own.
/// </summary>
internal static class Micro
{
    /// <summary>
    /// How many calls one invocation makes, so that waiting for a result costs what it costs a caller and not what it costs a harness.
    /// </summary>
    public const int Calls = 64;

    private static readonly IConfig Config = ManualConfig.CreateEmpty()
        .AddJob(Job.Default.WithToolchain(InProcessEmitToolchain.Instance).WithWarmupCount(8).WithIterationCount(25)
        .WithIterationTime(TimeInterval.FromMilliseconds(200)))
        .AddDiagnoser(MemoryDiagnoser.Default)
        .AddLogger(NullLogger.Instance)
        .WithOption(ConfigOptions.DisableLogFile, true);

    /// <summary>
    /// The best time of 25 (what else runs on the machine only ever adds) and the bytes of each method of <typeparamref name="T"/>, by its
    /// name.
    /// </summary>
    /// <exception cref="InvalidOperationException">A set-up is asynchronous, or a token was requested while a hit was measured.</exception>
    public static IReadOnlyDictionary<string, Figure> Run<T>()
        where T : HitBenchmark
    {
        if (Array.Find(typeof(T).GetMethods(), IsSetupThatIsNotAwaited) is { } setup)
        {
            throw new InvalidOperationException(
                $"{typeof(T).Name}.{setup.Name} is asynchronous, and BenchmarkDotNet's in-process toolchain does not wait for it. "
                    + "Wait for the work in a method that returns nothing.");
        }

        return HitBenchmark.Check<BenchmarkReport>(typeof(T).Name, () => [.. BenchmarkRunner.Run<T>(Config).Reports])
            .ToDictionary(report => report.BenchmarkCase.Descriptor.WorkloadMethod.Name, Read);
    }

    /// <summary>One line for each method: time, ratio to ours, bytes.</summary>
    public static IReadOnlyList<string> Table(IReadOnlyDictionary<string, Figure> figures, Figure ours) =>
    [
        "| library | a call | times ours | bytes |",
        "|---|---|---|---|",
        .. figures.Select(figure =>
            string.Create(
                CultureInfo.InvariantCulture,
                $"| {figure.Key} | {figure.Value.Nanoseconds:N1} ns | {figure.Value.Nanoseconds / ours.Nanoseconds:N0} | "
                    + $"{figure.Value.Bytes:N0} |")),
    ];

    private static bool IsSetupThatIsNotAwaited(MethodInfo method) =>
        method.GetCustomAttribute<TargetedAttribute>() is not null && method.ReturnType != typeof(void);

    private static Figure Read(BenchmarkReport report) => report.ResultStatistics is { } statistics
        ? new Figure(statistics.Min, report.GcStats.GetBytesAllocatedPerOperation(report.BenchmarkCase) ?? 0)
        : throw new InvalidOperationException($"{report.BenchmarkCase.DisplayInfo} gave no result.");

    internal readonly record struct Figure(double Nanoseconds, long Bytes);
}
