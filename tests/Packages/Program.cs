using WorkloadIdentity.Tests;

// What is packed: the same bytes from the same commit, and in each package what a user may expect of it.
var problems = args switch
{
    ["stamp", var feed, var time] => Stamp.All(feed, DateTimeOffset.Parse(time, System.Globalization.CultureInfo.InvariantCulture)),
    ["compare", var feed, var other] => Comparison.Of(feed, other),
    ["check", var feed] => PackageCheck.All(feed, commit: null),
    ["check", var feed, var commit] => PackageCheck.All(feed, commit),
    _ => null,
};
if (problems is null)
{
    Console.Error.WriteLine("""
        dotnet run --project tests/Packages -- VERB

          stamp FEED TIME      gives every entry of every package this time, so that it does not depend on when it was packed
          compare FEED FEED    whether both folders have the same packages, byte for byte
          check FEED [COMMIT]  whether each package has its licence, readme, icon, SBOM, symbols and sources, and no path of this machine
        """);
    return 2;
}

var all = problems.ToList();
all.ForEach(Console.WriteLine);
return all.Count == 0 ? 0 : 1;
