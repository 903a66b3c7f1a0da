using SharpFuzz;
using WorkloadIdentity.Fuzz;

// dotnet run --project tests/Fuzz                     reads every file of the corpus with its target
// dotnet run --project tests/Fuzz -- TARGET [FILE]    reads one file, or standard input for a fuzzer (run.sh)
return args switch
{
    [] => Replay.Run(Path.Combine(AppContext.BaseDirectory, "Corpus")),
    [var name, var file] => Read(name, File.ReadAllBytes(file)),
    [var name] => Fuzz(name),
    _ => 2,
};

static int Read(string name, byte[] input)
{
    Targets.All[name](input);
    return 0;
}

static int Fuzz(string name)
{
    // No instrumented code may run before the fuzzer is there.
    Fuzzer.OutOfProcess.Run(stream =>
    {
        using var input = new MemoryStream();
        stream.CopyTo(input);
        Targets.All[name](input.ToArray());
    });
    return 0;
}
