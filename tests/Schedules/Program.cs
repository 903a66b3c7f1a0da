using WorkloadIdentity.Schedules;

// Visits every schedule of the scenarios up to a bound: dotnet run --project tests/Schedules -- [--bound 2] [--scenario NAME] [--replay
// SCHEDULE]
return InstrumentedAssembly.Run(Path.Combine(AppContext.BaseDirectory, "WorkloadIdentity.dll"), args);
